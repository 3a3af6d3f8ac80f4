#!/usr/bin/env bash
# Writes the hashed lock files beside it (torch.txt is written by hand). Known versions are kept; `--upgrade` takes the newest ones.
# No download address is written: where packages come from is pip's own configuration.
set -euo pipefail
cd "$(dirname "$0")/.."

uv="${UV:-.venv/bin/uv}"
torch_source=(--torch-backend cpu)
if [ -n "${PIP_FIND_LINKS:-}" ]; then
    torch_source=(--find-links "$PIP_FIND_LINKS")
fi

lock() { # lock NAME PYTHON ARGUMENTS...
    local name=$1 python=$2
    shift 2
    "$uv" pip compile --quiet --generate-hashes --python-version "$python" --python-platform x86_64-manylinux_2_31 \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        --output-file "requirements/$name.txt" "$@"
    if grep -nE '://|^-|/wheels' "requirements/$name.txt"; then
        echo "requirements/$name.txt names a download address (see above)." >&2
        exit 1
    fi
    echo "requirements/$name.txt: $(grep -c '==' "requirements/$name.txt") packages"
}

lock build 3.11 requirements/build.in --no-deps "$@"
# Resolved as for Python 3.10, the newest Rasa declares; installed on 3.11 with --ignore-requires-python.
lock rasa 3.10 requirements/rasa.in --override requirements/rasa-overrides.txt "$@"
lock assistant 3.11 requirements/assistant.in --constraint requirements/torch.txt "${torch_source[@]}" \
    --no-emit-package torch --no-emit-package triton "$@"
lock dev 3.11 --group dev --constraint requirements/assistant.txt "$@"
