import { describe, expect, it } from 'vitest';
import { dateOfPost, permalinkOf } from '../../../activities/homepage/permalink.ts';
import { missingFromPage } from '../../../activities/homepage/shown.ts';

const homepage = { url: 'https://example.org/', permalink: '/:year/:month/:day/:title.html', zone: 'UTC' };

describe('the address of a post', () => {
  it("holds the day of the site's build in its zone, not the day of the file name", () => {
    const post = '---\ndate: 2027-03-02 08:59:00 +0900\n---\n';
    const at = (zone: string, permalink = homepage.permalink) =>
      permalinkOf({ ...homepage, zone, permalink }, '_posts/2027-03-02-gpu.md', post);
    expect(at('UTC')).toBe('https://example.org/2027/03/01/gpu.html');
    expect(at('Asia/Seoul')).toBe('https://example.org/2027/03/02/gpu.html');
    expect(at('UTC', '/news/:year-:month/:title/')).toBe('https://example.org/news/2027-03/gpu/');
  });

  it.each([
    ['', ''],
    ['categories: GPU 공지', 'gpu/%EA%B3%B5%EC%A7%80/'],
    ['categories: [News, gpu, news]', 'news/gpu/'],
    ['category: news', 'news/'],
  ])('holds the categories of the front matter: "%s"', (line, part) => {
    const content = `---\ntitle: x\n${line}\ndate: 2027-03-02 10:00:00 +0900\n---\n`;
    const permalink = '/:categories/:year-:month-:day-:title/';
    expect(permalinkOf({ ...homepage, permalink }, '_posts/2027-03-02-gpu.md', content)).toBe(
      `https://example.org/${part}2027-03-02-gpu/`,
    );
  });

  it('follows the front matter', () => {
    expect(dateOfPost('---\ntitle: x\ndate: 2027-03-02 08:59:00 +0900\n---\ndate: no\n')).toBe(
      '2027-03-02 08:59:00 +0900',
    );
  });
});

describe('the text of a page', () => {
  const post = (body: string) => `---\ntitle: "x"\n---\n\n${body}\n`;

  it.each([
    ['안녕 -- "하세요"...', '<p>안녕 – “하세요”…</p>'],
    ['| RTX 3090 × 4 | `asahi` |', '<td>RTX 3090 &times; 4</td><td><code>asahi</code></td>'],
    ['1. [설문](https://a.b/c?x=1&y=2)', '<li><a href="https://a.b/c?x=1&amp;y=2">설문</a></li>'],
    ['<help@example.org>', '<a href="mailto:&#104;elp@example.org">&#x68;elp@example.org</a>'],
    ['```sh\nsudo a --b\n```', '<pre><span class="nb">sudo </span>a <span>--b</span></pre>'],
    ['# 제목 & **굵게**', '<h1 id="x">제목 &amp; <strong>굵게</strong></h1>'],
  ])('contains %j', (markdown, html) => {
    expect(missingFromPage(post(markdown), `<html><script>if (a < b) x()</script>${html}</html>`)).toEqual([]);
  });

  it.each([
    ['2027년 8월 10일까지', '<p>2027년 8월 11일까지</p>'],
    ['[설문](https://a.b/new)', '<a href="https://a.b/old">설문</a>'],
    ['문의', '<script>문의</script>'],
  ])('does not contain %j', (markdown, html) => {
    expect(missingFromPage(post(markdown), html)).toHaveLength(1);
  });
});
