/** Peers, as shell scripts for `runPeer`. */

/** `$1` the address, `$2` the new directory. */
export const CLONE = 'git clone --quiet --depth 1 "$1" "$2"';

/** `$1` the directory of a clone, `$2` the branch. */
export const UPDATE = `
git -C "$1" fetch --quiet --depth 1 origin "$2"
git -C "$1" reset --quiet --hard FETCH_HEAD
git -C "$1" clean --quiet -d --force -x
`;

/** `$1` the directory of a clone with the whole history, `$2` the commit. */
export const CHECK_OUT = 'git -C "$1" checkout --quiet --detach "$2"';

/** `times` runs of a script, one after the other. */
export function repeated(script: string, times: number): string {
  return `i=0\nwhile [ $i -lt ${times} ]; do\n${script}\ni=$((i+1))\ndone`;
}

/** `$1` the address, `$2` the branch. */
export const ASK = 'git ls-remote "$1" "refs/heads/$2" > /dev/null';
