// A program's operator new and delete, for a test that counts allocations or lets them fail: it adds replaced_new.cpp
// to its sources and defines what is declared here.
#pragma once

#include <cstddef>

namespace akidb::embedding::test {

// What every operator new calls; nothing: std::bad_alloc where the form throws. Freed with std::free().
void* allocate(std::size_t bytes) noexcept;

}  // namespace akidb::embedding::test
