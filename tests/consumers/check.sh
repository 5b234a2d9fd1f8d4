#!/usr/bin/env bash
# Builds one consumer of the library and runs it.
#
#   check.sh install        BUILD WORK [shared]   installs the library below WORK: the one of BUILD, or a shared one
#   check.sh find_package   BUILD WORK            a project that finds the installed library
#   check.sh pkg_config     BUILD WORK            the compiler and what pkg-config says
#   check.sh readme         BUILD WORK            the programs in README.md, as written there
#   check.sh add_subdirectory BUILD WORK          a project that has this tree inside
#
# BUILD is a build folder of this tree, whose compiler, launcher and type are taken; WORK is emptied or made.
# The library is built again in BUILD.shared and BUILD.add_subdirectory: beside BUILD, so that all paths are as
# long as BUILD's and a compiler cache knows the objects, even where it makes paths relative.
set -euo pipefail

consumer=$1 build=$2 work=$3 library=${4:-static}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
prefix=$work/prefix

cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
launcher=$(cached AKIDB_EMBEDDING_CCACHE)
settings=(-G Ninja -DCMAKE_BUILD_TYPE="$(cached CMAKE_BUILD_TYPE)" -DCMAKE_CXX_COMPILER="$(cached CMAKE_CXX_COMPILER)")
[[ -z $launcher || $launcher == *NOTFOUND ]] || settings+=(-DCMAKE_CXX_COMPILER_LAUNCHER="$launcher")

# configure_and_build SOURCE FOLDER [OPTION ...]
configure_and_build() {
  local source=$1 folder=$2
  shift 2
  rm -rf "$folder"
  cmake -S "$source" -B "$folder" "${settings[@]}" "$@"
  cmake --build "$folder"
}

with_our_options=(-DAKIDB_EMBEDDING_WERROR="$(cached AKIDB_EMBEDDING_WERROR)" -DAKIDB_EMBEDDING_TESTS=OFF)

# The programs between the ```cpp fences of README.md, one file each: program-1.cpp, ...
extract_readme() {
  awk -v out="$1/program-" '
    /^```cpp$/ { n++; inside = 1; next }
    /^```$/ { inside = 0 }
    inside { print > (out n ".cpp") }' "$root/README.md"
}

case $consumer in
  install)
    rm -rf "$work"
    if [[ $library == shared ]]; then
      configure_and_build "$root" "$build.shared" "${with_our_options[@]}" -DBUILD_SHARED_LIBS=ON
      cmake --install "$build.shared" --prefix "$prefix.first"
    else
      cmake --install "$build" --prefix "$prefix.first"
    fi
    # What was installed may be moved.
    mv "$prefix.first" "$prefix"
    if [[ -x $prefix/bin/akidb-embed ]]; then
      "$prefix/bin/akidb-embed" --version
    fi
    ;;
  find_package)
    configure_and_build "$here/find_package" "$work/find_package" -DCMAKE_PREFIX_PATH="$prefix"
    "$work/find_package/consumer"
    ;;
  pkg_config)
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name akidb-embedding.pc)")
    export PKG_CONFIG_PATH
    read -ra flags < <(pkg-config --cflags --libs akidb-embedding)
    "$(cached CMAKE_CXX_COMPILER)" -std=c++20 "$here/main.cpp" -o "$work/pkg_config_consumer" "${flags[@]}" \
      -Wl,-rpath,"$(pkg-config --variable=libdir akidb-embedding)"
    "$work/pkg_config_consumer"
    ;;
  readme)
    rm -rf "$work/readme"
    mkdir -p "$work/readme"
    extract_readme "$work/readme"
    programs=("$work"/readme/program-*.cpp)
    [[ -f ${programs[0]} ]] || { echo "README.md has no program"; exit 1; }
    for program in "${programs[@]}"; do
      configure_and_build "$here/find_package" "${program%.cpp}" -DCMAKE_PREFIX_PATH="$prefix" \
        -DCONSUMER_SOURCE="$program"
      "${program%.cpp}/consumer"
    done
    ;;
  add_subdirectory)
    configure_and_build "$here/add_subdirectory" "$build.add_subdirectory" "${with_our_options[@]}"
    "$build.add_subdirectory/consumer"
    ;;
  *)
    echo "unknown consumer '$consumer'"
    exit 2
    ;;
esac
