#!/usr/bin/env bash
# clients_test.sh TEST.py [ENVIRONMENT]: runs it with the Python that `scripts/setup.sh clients` made (that of the clients, or
# of openapi), and lets Node.js find its clients.
set -euo pipefail
# shellcheck source=scripts/setup/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/setup/common.sh"
python=$(cache_folder)/python/${2:-clients}/bin/python
NODE_PATH=$(cache_folder)/node/clients/node_modules
export NODE_PATH
[[ -x $python && -d $NODE_PATH/openai ]] || die "the clients are not there: run scripts/setup.sh clients"
exec "$python" -B "$1"
