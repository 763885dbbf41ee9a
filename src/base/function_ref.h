// A reference to something callable, for parameters: it owns nothing, and the
// callable must outlive the call. Server-free.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace relate {

template <class Signature>
class FunctionRef;

template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
public:
    template <class Callable>
        requires(!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef>)
    FunctionRef(Callable &&callable)
        : callable_(const_cast<void *>(static_cast<const void *>(std::addressof(callable)))),
          call_([](void *c, Arguments... arguments) -> Result {
              return (*static_cast<std::add_pointer_t<Callable>>(c))(std::forward<Arguments>(arguments)...);
          })
    {
    }

    Result operator()(Arguments... arguments) const { return call_(callable_, std::forward<Arguments>(arguments)...); }

private:
    void *callable_;
    Result (*call_)(void *, Arguments...);
};

} // namespace relate
