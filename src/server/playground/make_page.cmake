# cmake -DPARTS="page.html|a.css|b.js|..." -DPAGE=page.html -DOUTPUT=page.cpp -P make_page.cmake
#
# Puts the style sheets and the scripts into the page, in their order, and writes it as C++ together with the
# Content-Security-Policy that lets exactly that style and that script run.
cmake_minimum_required(VERSION 3.25)

# The base64 of a string's SHA-256, as a policy names it.
function(source_hash text result)
  string(SHA256 hex "${text}")
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(base64 "")
  foreach(at RANGE 0 63 6)  # 6 hexadecimal digits are 4 of base64; the last 4 are 3 and a "="
    string(SUBSTRING "${hex}00" ${at} 6 digits)
    math(EXPR bits "0x${digits}")
    foreach(shift 18 12 6 0)
      math(EXPR place "(${bits} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${place} 1 letter)
      string(APPEND base64 ${letter})
    endforeach()
  endforeach()
  string(SUBSTRING ${base64} 0 43 base64)
  set(${result} "sha256-${base64}=" PARENT_SCOPE)
endfunction()

string(REPLACE "|" ";" parts "${PARTS}")
set(page "")
set(style "")
set(script "")
foreach(part IN LISTS parts)
  file(READ ${part} text)
  if(part MATCHES "\\.html$")
    set(page "${text}")
  elseif(part MATCHES "\\.css$")
    string(APPEND style "${text}")
  else()
    string(APPEND script "${text}\n")
  endif()
endforeach()
string(REPLACE "@PAGE_STYLE@" "${style}" page "${page}")
string(REPLACE "@PAGE_SCRIPT@" "${script}" page "${page}")
source_hash("\n${style}" style_hash)
source_hash("\n${script}" script_hash)
string(SHA256 page_hash "${page}")
string(SUBSTRING ${page_hash} 0 16 tag)
file(WRITE ${PAGE} "${page}")

file(READ ${PAGE} bytes HEX)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
string(JOIN " " policy
  "default-src 'none';"
  "script-src '${script_hash}';"
  "style-src '${style_hash}';"
  "connect-src 'self';"
  "img-src data:;"
  "base-uri 'none';"
  "form-action 'none';"
  "frame-ancestors 'none';"
  "require-trusted-types-for 'script';"
  "trusted-types 'none'")
file(WRITE ${OUTPUT} "// Made by make_page.cmake.
#include \"server/playground/playground_page.hpp\"

namespace akidb::embedding::server {
namespace {

constexpr char kPage[] = {
${bytes}
};

}  // namespace

const PlaygroundPage& playground_page() noexcept {
  static constexpr PlaygroundPage kMade{
      {kPage, sizeof(kPage)},
      \"${policy}\",
      \"\\\"${tag}\\\"\",
  };
  return kMade;
}

}  // namespace akidb::embedding::server
")
