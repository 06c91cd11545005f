/** Names that are part of Drover's interface, and therefore stay. */

/** Where Drover keeps its own objects. */
export const SYSTEM_NAMESPACE = 'drover-system';

/** Holds a deleted resource until its directory on the export is dealt with. */
export const RETIRE_FINALIZER = 'drover.io/retire';

/** A person's request to sync now; any new value counts as a new request. */
export const SYNC_REQUESTED_ANNOTATION = 'drover.io/sync-requested';

/** The digest of a plan: a run that would do exactly this may pass the gates of the volume. */
export const APPROVED_PLAN_ANNOTATION = 'drover.io/approved-plan';

/** `true` lets a deleted resource go although its export cannot be reached. */
export const FORCE_RELEASE_ANNOTATION = 'drover.io/force-release';

/** Holds the resource's own uid: this resource may take over a directory that is not its own. */
export const ADOPT_ANNOTATION = 'drover.io/adopt';
