import pg from 'pg';
import { createApp } from './app.ts';

// The lab's ID server: a separate process, whose restart ends all sessions.
const { DATABASE_URL, HOST, PORT } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 8 });
pool.on('error', () => process.exit(1));
// The real server exits when its database ends. This connection stays open, and fails at once.
const watch = await pool.connect();
watch.on('error', () => process.exit(1));
await createApp(pool, () => new Date()).listen({ host: HOST ?? '127.0.0.1', port: Number(PORT) });
process.stdout.write('ready\n');
