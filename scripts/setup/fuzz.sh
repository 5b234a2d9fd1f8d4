# shellcheck shell=bash disable=SC2154 # scripts is common.sh's
# Step, on request: the compiler that the fuzz targets are built with. Sourced by setup.sh.

# shellcheck source=scripts/setup/packages.sh
source "$scripts/setup/packages.sh"

setup_fuzz() { setup_packages "$scripts/packages-fuzz.txt"; }
