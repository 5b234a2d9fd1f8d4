# shellcheck shell=bash disable=SC2154 # scripts is common.sh's
# Step, on request: the browser that the playground is tested in. Sourced by setup.sh.

# shellcheck source=scripts/setup/packages.sh
source "$scripts/setup/packages.sh"

setup_playground() { setup_packages "$scripts/packages-playground.txt"; }
