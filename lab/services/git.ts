import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import type { LabGit } from './types.ts';

const PAGES: Readonly<Record<string, string>> = {
  // Like the real homepage: built in UTC, where the day differs from Seoul's until nine in the morning.
  '_config.yml': 'title: Bacchus\ntimezone: UTC\nmarkdown: kramdown\n',
  'style.css': [
    'body { font: 16px/1.65 "NanumGothic", sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1.5rem; color: #222 }',
    'h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 1.8rem; border-bottom: 1px solid #ddd }',
    'table { border-collapse: collapse } th, td { border: 1px solid #ddd; padding: 0.25rem 0.75rem }',
    'pre { background: #f5f5f5; padding: 0.75rem } a { color: #0b62c4 }',
  ].join('\n'),
  'index.md': '---\nlayout: default\ntitle: Bacchus\n---\n\n서버 이용 안내는 글 목록을 보세요.\n',
  'gpu-agreement.md':
    '---\nlayout: default\ntitle: GPU 서버 이용 약관\n---\n\n한 번에 한 대의 서버에서만 작업합니다.\n',
  '_layouts/default.html':
    '<!doctype html>\n<html lang="ko"><head><meta charset="utf-8"><title>{{ page.title }}</title>\n<link rel="stylesheet" href="/style.css"></head>\n<body>{{ content }}</body></html>\n',
  '_layouts/post.html': '---\nlayout: default\n---\n<article>\n<h1>{{ page.title }}</h1>\n{{ content }}</article>\n',
  '_posts/2026-08-31-gpu.md':
    '---\nlayout: post\ntitle: "2026년 가을학기 GPU 서버 계정 신청 안내"\ndate: 2026-08-31 10:00:00 +0900\n---\n\n신청은 설문과 그룹 가입 요청으로 합니다.\n',
};

// Ignore the git configuration of this machine (signing, hooks, names).
const env = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Bacchus',
  GIT_AUTHOR_EMAIL: 'bacchus@example.org',
  GIT_COMMITTER_NAME: 'Bacchus',
  GIT_COMMITTER_EMAIL: 'bacchus@example.org',
};

/** Creates the bare repository `dir/homepage.git` and pushes a small Jekyll site to `main`. */
export async function createGit(dir: string): Promise<LabGit> {
  const bare = join(dir, 'homepage.git');
  const url = pathToFileURL(bare).href;
  const git = (cwd: string, ...args: string[]) => execa('git', args, { cwd, env });
  await mkdir(bare, { recursive: true });
  await git(bare, 'init', '--quiet', '--bare', '--initial-branch=main');
  const work = await mkdtemp(join(dir, 'homepage-'));
  await git(work, 'init', '--quiet', '--initial-branch=main');
  for (const [name, text] of Object.entries(PAGES)) {
    await mkdir(join(work, name, '..'), { recursive: true });
    await writeFile(join(work, name), text);
  }
  await git(work, 'add', '.');
  await git(work, 'commit', '--quiet', '--message', 'The homepage as it was last semester');
  await git(work, 'push', '--quiet', url, 'main');
  return {
    url,
    bare,
    async checkout() {
      const clone = await mkdtemp(join(dir, 'checkout-'));
      await git(clone, 'clone', '--quiet', url, '.');
      return clone;
    },
  };
}
