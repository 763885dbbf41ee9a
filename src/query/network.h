// relate.network and connections_in_common, as the library's start knows them.
#pragma once

namespace relate {

// When the library is loaded: they are row sources.
void init_network_rows();

} // namespace relate
