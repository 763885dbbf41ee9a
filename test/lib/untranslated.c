/* For the server under sanitizers: no translation of messages. The sanitizers
 * start before the C library's tables of translations, and its lock on them then
 * never opens. */
char *bindtextdomain(const char *domain, const char *directory) { (void) domain; return (char *) directory; }
char *textdomain(const char *domain) { return (char *) domain; }
char *gettext(const char *message) { return (char *) message; }
char *dgettext(const char *domain, const char *message) { (void) domain; return (char *) message; }
char *dcgettext(const char *domain, const char *message, int category)
{
    (void) domain;
    (void) category;
    return (char *) message;
}
