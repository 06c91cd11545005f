import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the parts of the local Kubernetes API know each other by. All of it is made here and stays in the directory. */
export interface Credentials {
  /** Where all of it lies; an absolute path. */
  readonly directory: string;
  readonly adminToken: string;
  readonly controllerManagerToken: string;
  /** Lines of `--token-auth-file`. */
  readonly tokenFile: string;
  /** Signs the tokens of service accounts. */
  readonly signingKey: string;
  /** The API server's own certificate and key, which it makes at its first start. */
  readonly servingCertificate: string;
  readonly servingKey: string;
}

/** A certificate this near to its end is replaced, so that it does not end while a stack runs. */
const RENEW_BEFORE_MS = 7 * 24 * 3_600_000;

/** Reads the credentials in `directory`, and makes what is missing: a second start must accept the tokens of the first. */
export async function ensureCredentials(directory: string): Promise<Credentials> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const adminToken = await ensureFile(join(directory, 'admin.token'), newToken);
  const controllerManagerToken = await ensureFile(join(directory, 'controller-manager.token'), newToken);
  const signingKey = join(directory, 'service-account.key');
  await ensureFile(signingKey, newSigningKey);
  const tokenFile = join(directory, 'tokens.csv');
  const tokens = [
    `${adminToken},drover-admin,drover-admin,system:masters`,
    `${controllerManagerToken},system:kube-controller-manager,system:kube-controller-manager`,
  ];
  await writeFile(tokenFile, `${tokens.join('\n')}\n`, { mode: 0o600 });
  const servingCertificate = join(directory, 'apiserver.crt');
  const servingKey = join(directory, 'apiserver.key');
  if (await endsSoon(servingCertificate)) await Promise.all([rm(servingCertificate), rm(servingKey, { force: true })]);
  return { directory, adminToken, controllerManagerToken, tokenFile, signingKey, servingCertificate, servingKey };
}

async function ensureFile(path: string, make: () => string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const content = make();
    await writeFile(path, content, { mode: 0o600 });
    return content;
  }
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function newSigningKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
}

async function endsSoon(certificatePath: string): Promise<boolean> {
  try {
    const { validTo } = new X509Certificate(await readFile(certificatePath));
    return Date.parse(validTo) < Date.now() + RENEW_BEFORE_MS;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
