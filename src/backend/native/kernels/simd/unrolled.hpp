// Loops that are unrolled where they are written, over indices that the compiler knows: what keeps an array of sums in
// registers. (GCC unrolls a loop under a pragma after it has decided which arrays live in memory.)
#pragma once

#include <cstddef>

// Behind the parameters of a lambda: its body is part of the function that it stands in.
#define KERNEL_INLINE __attribute__((always_inline))

namespace akidb::embedding::backend::native::kernels {
namespace {

template <std::size_t... kIndex>
struct Indices {};
template <std::size_t kCount, std::size_t... kIndex>
struct MakeIndices : MakeIndices<kCount - 1, kCount - 1, kIndex...> {};
template <std::size_t... kIndex>
struct MakeIndices<0, kIndex...> {
  using Type = Indices<kIndex...>;
};

template <std::size_t kIndex>
struct Index {
  static constexpr std::size_t kAt = kIndex;
  constexpr operator std::size_t() const { return kIndex; }  // NOLINT(google-explicit-constructor): it is a number
};

template <class Call, std::size_t... kIndex>
[[gnu::always_inline]] inline void call_for_each(Call& call, Indices<kIndex...> /*indices*/) {
  (call(Index<kIndex>{}), ...);
}

// call(Index<0>), ... call(Index<kCount - 1>).
template <std::size_t kCount, class Call>
[[gnu::always_inline]] inline void unrolled(Call call) {
  call_for_each(call, typename MakeIndices<kCount>::Type{});
}

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
