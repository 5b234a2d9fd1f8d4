# _cache: where set-up puts what it brings.
if(NOT "$ENV{AKIDB_EMBED_CACHE}" STREQUAL "")
  set(_cache $ENV{AKIDB_EMBED_CACHE})
elseif(NOT "$ENV{XDG_CACHE_HOME}" STREQUAL "")
  set(_cache $ENV{XDG_CACHE_HOME}/akidb-embedding)
else()
  set(_cache $ENV{HOME}/.cache/akidb-embedding)
endif()
