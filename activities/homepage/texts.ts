import type { Language } from '../../domain/names.ts';
import type { SpecDifference } from '../../domain/specs.ts';

/** What the publish gate says to people. */
export interface PublishTexts {
  headline(title: string, path: string, homepage: string): string;
  noLink(what: 'survey' | 'group' | 'agreement'): string;
  notHttps(url: string): string;
  noQuestion(title: string): string;
  /** A server is not what site.yaml, and so the post, says. */
  specs(host: string, difference: SpecDifference): string;
  silent(host: string): string;
  unseen(host: string, why: string): string;
  readonly liquid: string;
  readonly periodOver: string;
  readonly applicationsOver: string;
}

const en: PublishTexts = {
  headline: (title, path, homepage) => `“${title}” is published as ${path} on ${homepage}`,
  noLink: (what) => `the post has no ${what} link: add it to templates/post.md`,
  notHttps: (url) => `the survey link is not https: ${url || '(none)'}`,
  noQuestion: (title) => `the form has no question “${title}”: add it, or change survey.columns in site.yaml`,
  specs: (host, { key, said, found }) =>
    `${host}: site.yaml says ${key} ${said}, the host says ${found}: correct hosts in site.yaml`,
  silent: (host) => `${host} does not answer: what the post says of it was not checked`,
  unseen: (host, why) => `${host}: what the post says of it could not be checked: ${why.slice(0, 200)}`,
  liquid: 'the post holds {{ or {%, which Jekyll takes for its own: edit it',
  periodOver: 'the period of use is over: `semester reschedule`',
  applicationsOver: 'applications would be closed already: `semester reschedule`',
};

const LINKS = { survey: '설문', group: '그룹 가입', agreement: '약관' } as const;

const ko: PublishTexts = {
  headline: (title, path, homepage) => `“${title}” 글을 ${homepage}에 게시합니다 (${path})`,
  noLink: (what) => `글에 ${LINKS[what]} 링크가 없습니다. templates/post.md에 넣어 주세요`,
  notHttps: (url) => `설문 링크가 https가 아닙니다: ${url || '(없음)'}`,
  noQuestion: (title) => `설문에 “${title}” 질문이 없습니다. 설문에 넣거나 site.yaml의 survey.columns를 고쳐 주세요`,
  specs: (host, { key, said, found }) =>
    `${host}: site.yaml에는 ${key} ${said}, 서버에는 ${found}입니다. site.yaml의 hosts를 고쳐 주세요`,
  silent: (host) => `${host}가 응답하지 않아 글에 적힌 사양을 확인하지 못했습니다`,
  unseen: (host, why) => `${host}: 글에 적힌 사양을 확인하지 못했습니다: ${why.slice(0, 200)}`,
  liquid: '글에 {{ 또는 {%가 있습니다. Jekyll이 자기 명령으로 해석하므로 고쳐 주세요',
  periodOver: '사용 기간이 이미 지났습니다: `semester reschedule`',
  applicationsOver: '신청 기간이 이미 지났습니다: `semester reschedule`',
};

export const publishTexts = (language: Language): PublishTexts => (language === 'ko' ? ko : en);
