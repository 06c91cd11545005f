import type { Credentials } from '../source.js';

/** The forms in which a secret could come back in an output of git, ssh or a server. */
export function secretForms({ user, password, privateKey }: Credentials): string[] {
  const forms = new Set<string>();
  for (const line of [password, password?.trim(), ...(privateKey ?? '').split(/\r?\n/)]) {
    if (line === undefined || line === '' || line.startsWith('-----')) continue;
    forms.add(line).add(encodeURIComponent(line)).add(base64(line));
  }
  if (password !== undefined && password !== '') forms.add(base64(`${user ?? ''}:${password}`));
  // The longest first, so that a form is gone as a whole before a part of it is looked for.
  return [...forms].sort((a, b) => b.length - a.length);
}

/** `text` with every form of every secret replaced. */
export function redact(text: string, credentials: Credentials): string {
  return secretForms(credentials).reduce((clean, form) => clean.replaceAll(form, '***'), text);
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
