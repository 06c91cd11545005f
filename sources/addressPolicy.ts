import { lookup as lookupName } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { DroverError } from '../domain/errors.js';

/** Finds the addresses of a host name. Rejects as `dns.lookup` does. */
export type Lookup = (name: string) => Promise<readonly string[]>;

/** Addresses that mean something else for the mover than for whoever wrote the source down. */
const LOCAL = blockList([
  // "This host", on which a connection ends at the machine itself.
  ['0.0.0.0', 8],
  ['::', 128],
  ['127.0.0.0', 8],
  ['::1', 128],
]);

/** What answers there tells a machine about itself, credentials included (link-local, and metadata of cloud providers). */
const METADATA = blockList([
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['fd00:ec2::254', 128],
  ['100.100.100.200', 32],
]);

/**
 * The addresses of `host`, when none of them is forbidden. Whoever may name a source, also in a submodule, must not reach
 * through the mover what only the mover can reach. Private networks are where most sources are, and are allowed.
 * @param host a name, or an address (IPv6 in brackets or not)
 * @returns addresses to connect to; empty when the name is not known here, which the connection itself says better
 * @throws `SourceRefused`, naming the host and the address
 */
export async function checkDestination(
  host: string,
  allowLoopback: boolean,
  lookup: Lookup = lookupAll,
): Promise<readonly string[]> {
  const literal = host.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(literal) > 0 ? [literal] : await lookup(literal).catch(() => []);
  for (const address of addresses) {
    if (isOn(METADATA, address)) refuse(host, address, 'is link-local or belongs to the metadata service of a machine');
    if (!allowLoopback && isOn(LOCAL, address)) refuse(host, address, 'is the machine of the mover itself');
  }
  return addresses;
}

function refuse(host: string, address: string, problem: string): never {
  const shown = host === address ? address : `${host} (${address})`;
  throw new DroverError('SourceRefused', `the address of the source ${shown} ${problem}`);
}

async function lookupAll(name: string): Promise<string[]> {
  const found = await lookupName(name, { all: true });
  return found.map(({ address }) => address);
}

/** Also finds IPv4 addresses that are written as IPv6 ones (`::ffff:127.0.0.1`). */
function isOn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function blockList(subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return list;
}
