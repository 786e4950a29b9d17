import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

const derive = (password: string, salt: Buffer) => scryptSync(password, salt, 32, { N: 1024 });

/** `salt.key`, both in base64url. */
export function digestPassword(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${derive(password, salt).toString('base64url')}`;
}

/** Whether `password` matches the digest. */
export function verifyPassword(password: string, digest: string): boolean {
  const [salt, key] = digest.split('.').map((part) => Buffer.from(part, 'base64url'));
  return salt !== undefined && key?.length === 32 && timingSafeEqual(derive(password, salt), key);
}
