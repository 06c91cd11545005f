/** The revision of a repository that has no refs at all. Git names "no commit" like this, so no commit can have this id. */
export const EMPTY_REVISION = '0'.repeat(40);
