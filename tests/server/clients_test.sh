#!/usr/bin/env bash
# clients_test.sh TEST.py: runs it with the Python that `scripts/setup.sh clients` made.
set -euo pipefail
# shellcheck source=scripts/setup/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/setup/common.sh"
python=$(cache_folder)/python/clients/bin/python
[[ -x $python ]] || die "the clients are not there: run scripts/setup.sh clients"
exec "$python" -B "$1"
