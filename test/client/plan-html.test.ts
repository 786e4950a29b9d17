import type { PostBinding } from '../../domain/gates/publish.ts';
import { expect, it } from 'vitest';
import { renderPlanPage } from '../../client/plan-html.ts';
import { bindings } from '../support/plans.ts';

const post: PostBinding = {
  semester: '2027-spring',
  title: '신청 <안내>',
  path: '_posts/2027-03-02-gpu.md',
  formUrl: 'https://forms.example.org/',
  repository: 'r',
  branch: 'main',
  publish: 'push',
  content:
    '---\ntitle: "신청"\n---\n\n## 서버\n\n| GPU | 서버 |\n|---|---|\n| RTX 3090 × 4 | asahi |\n\n[설문](https://forms.example.org/)\n',
  form: {
    id: null,
    title: '설문',
    description: '두 가지가 <모두> 필요합니다.\n문의: help@example.org',
    questions: [
      {
        title: '아이디',
        help: '정확히',
        choices: [],
      },
      {
        title: '약관',
        help: '읽고',
        choices: ['동의합니다', '동의하지 않습니다'],
      },
    ],
  },
};

it('shows the post as its page will, and the questions of the form', () => {
  const html = renderPlanPage('publish', post)!;
  expect(html).toContain('<td>RTX 3090 × 4</td>');
  expect(html).toContain('<a href="https://forms.example.org/">설문</a>');
  expect(html).toContain('<h1>신청 &lt;안내&gt;</h1>');
  expect(html).not.toContain('title: &quot;');
  expect(html).toMatch(/두 가지가 &lt;모두&gt; 필요합니다\.<br \/>/);
  expect(html.match(/type="text"/g)).toHaveLength(1);
  expect(html.match(/type="radio"/g)).toHaveLength(2);
});

it('runs nothing that stands in a post', () => {
  expect(renderPlanPage('publish', post)).toMatch(/Content-Security-Policy" content="default-src 'none'/);
});

it('shows mails in frames, and nothing for a gate without either', () => {
  const mail = { subject: '안내', text: '본문', html: '<p>"본문"</p>' };
  const both = { ko: mail, en: mail };
  expect(renderPlanPage('notice', bindings.notice({ texts: { notice: both, deadline: both } }))).toContain(
    'srcdoc="&lt;p&gt;&#34;본문&#34;&lt;/p&gt;"',
  );
  expect(renderPlanPage('wipe', bindings.wipe({}))).toBeNull();
});
