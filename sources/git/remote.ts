import type { Credentials } from '../source.js';
import type { GitAddress } from './address.js';

/** A repository on a server, and who we are there. */
export interface Remote {
  readonly address: GitAddress;
  readonly credentials: Credentials;
  /** Branch, tag or full commit id; absent: the default branch. */
  readonly ref?: string;
}
