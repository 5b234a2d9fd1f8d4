// Sentences for comparisons that need more texts than anybody would write down.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace akidb::embedding::test {

// `count` different texts, the same ones ever: sentences about some forty subjects in many forms, from a few words to
// a few hundred. Neighbours in the list are of one subject.
std::vector<std::string> made_sentences(std::size_t count);

}  // namespace akidb::embedding::test
