import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** Google's published REST contracts of Forms v1, Drive v3 and OAuth 2.0, as far as this project uses them. */
export interface GoogleServer {
  readonly rootUrl: string;
  readonly tokenUrl: string;
  readonly forms: Map<string, FakeForm>;
  /** `POST /v1/forms?unpublished=true` and so on, in their order. */
  readonly asked: string[];
  /** Replaces the reply to the next request whose line matches. */
  fail(match: RegExp, status: number, body?: unknown, headers?: Record<string, string>): void;
  /** Adds a response, by question title. Returns the response's id. */
  answer(formId: string, answers: Record<string, string>, at: string, id?: string): string;
  /** Rejects all tokens from now on. */
  revoke(): void;
  stop(): Promise<void>;
}

interface Item {
  itemId?: string;
  title?: string;
  description?: string;
  questionItem?: {
    question: { questionId?: string; choiceQuestion?: object; textQuestion?: object; required?: boolean };
  };
}

interface FakeForm {
  formId: string;
  revisionId: string;
  info: { title: string; documentTitle?: string; description?: string };
  items: Item[];
  publishSettings?: { publishState: { isPublished: boolean; isAcceptingResponses: boolean } };
  permissions: { id: string; type: string; role: string; emailAddress?: string; view?: string }[];
  responses: { responseId: string; createTime: string; lastSubmittedTime: string; answers: object }[];
}

type Reply = readonly [status: number, body: unknown, headers?: Record<string, string>];
const problem = (status: number, message: string, reason: string): Reply => [
  status,
  { error: { code: status, message, status: reason, errors: [{ reason, message }] } },
];

export async function startGoogle(): Promise<GoogleServer> {
  const forms = new Map<string, FakeForm>();
  const asked: string[] = [];
  const faults: { match: RegExp; reply: Reply }[] = [];
  let counter = 0;
  let revoked = false;
  const id = (what: string) => `${what}-${String(++counter).padStart(8, '0')}`;
  const find = (formId: string) => forms.get(formId);
  const seen = ({ permissions: _p, responses: _r, ...form }: FakeForm) => ({
    ...form,
    responderUri: `${root()}/d/e/${form.formId}/viewform`,
  });
  const root = () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  };

  function token(body: string): Reply {
    const form = new URLSearchParams(body);
    const grants = ['refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'];
    if (revoked) return [400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }];
    if (!grants.includes(form.get('grant_type') ?? '')) return [400, { error: 'unsupported_grant_type' }];
    return [200, { access_token: 'ya29.access', expires_in: 3599, token_type: 'Bearer' }];
  }

  function create(url: URL, body: { info: FakeForm['info']; items?: unknown }): Reply {
    // The contract: only title and documentTitle may be given.
    if (body.items !== undefined || body.info.description !== undefined)
      return problem(400, 'Only info.title can be set when creating a form.', 'INVALID_ARGUMENT');
    const open = url.searchParams.get('unpublished') !== 'true';
    const form: FakeForm = {
      formId: id('form'),
      revisionId: id('revision'),
      info: body.info,
      items: [],
      publishSettings: { publishState: { isPublished: open, isAcceptingResponses: open } },
      permissions: [{ id: 'owner', type: 'user', role: 'owner', emailAddress: 'gpu@example.org' }],
      responses: [],
    };
    forms.set(form.formId, form);
    return [200, seen(form)];
  }

  interface Batch {
    requests: { updateFormInfo?: { info: object }; createItem?: { item: Item; location: { index: number } } }[];
    writeControl?: { requiredRevisionId?: string };
  }
  function batchUpdate(form: FakeForm, { requests, writeControl }: Batch): Reply {
    const wanted = writeControl?.requiredRevisionId;
    if (wanted !== undefined && wanted !== form.revisionId)
      return problem(400, 'The required revision ID does not match.', 'FAILED_PRECONDITION');
    for (const { updateFormInfo, createItem } of requests) {
      if (updateFormInfo) Object.assign(form.info, updateFormInfo.info);
      if (createItem) {
        const { item, location } = createItem;
        if (item.questionItem) item.questionItem.question.questionId = id('q');
        form.items.splice(location.index, 0, { ...item, itemId: id('item') });
      }
    }
    form.revisionId = id('revision');
    return [200, { replies: requests.map(() => ({})) }];
  }

  function list(form: FakeForm, url: URL): Reply {
    const filter = url.searchParams.get('filter');
    const [, operator, bound] =
      /^timestamp (>=|>) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)$/.exec(filter ?? '') ?? [];
    if (filter !== null && bound === undefined) return problem(400, `Bad filter: ${filter}`, 'INVALID_ARGUMENT');
    const all = form.responses.filter(
      ({ lastSubmittedTime: at }) =>
        bound === undefined ||
        Date.parse(at) > Date.parse(bound) ||
        (operator === '>=' && Date.parse(at) === Date.parse(bound)),
    );
    const size = Math.min(Number(url.searchParams.get('pageSize') || 5000), 2);
    // A page token is valid only for the filter that it was issued for.
    const [start, given] = JSON.parse(url.searchParams.get('pageToken') ?? JSON.stringify([0, filter])) as [
      number,
      string,
    ];
    if (given !== filter) return problem(400, 'The page token does not fit the filter.', 'INVALID_ARGUMENT');
    const more = start + size < all.length;
    return [
      200,
      {
        responses: all.slice(start, start + size),
        ...(more && { nextPageToken: JSON.stringify([start + size, filter]) }),
      },
    ];
  }

  function permission(form: FakeForm, body: FakeForm['permissions'][number]): Reply {
    if (body.view === 'published' && body.role !== 'reader') return problem(400, 'view needs reader', 'invalid');
    form.permissions.push({ ...body, id: id('permission') });
    return [200, { id: 'x' }];
  }

  function setPublish(form: FakeForm, body: { publishSettings: NonNullable<FakeForm['publishSettings']> }): Reply {
    if (!form.publishSettings) return problem(400, 'Legacy forms are not supported.', 'FAILED_PRECONDITION');
    const { isPublished, isAcceptingResponses } = body.publishSettings.publishState;
    form.publishSettings = { publishState: { isPublished, isAcceptingResponses: isPublished && isAcceptingResponses } };
    return [200, { formId: form.formId, publishSettings: form.publishSettings }];
  }

  function drive(method: string, url: URL, body: unknown): Reply | null {
    if (url.pathname === '/drive/v3/about') return [200, { user: { emailAddress: 'gpu@example.org' } }];
    if (url.pathname === '/drive/v3/files') {
      const [, name] = /name = '([^']*)'/.exec(url.searchParams.get('q') ?? '') ?? [];
      const found = [...forms.values()].filter(({ info }) => info.documentTitle === name);
      return [200, { files: found.map(({ formId }) => ({ id: formId })) }];
    }
    const [, fileId] = /^\/drive\/v3\/files\/([^/]+)\/permissions$/.exec(url.pathname) ?? [];
    const form = find(fileId ?? '');
    if (!form) return null;
    if (method === 'POST') return permission(form, body as never);
    const published = url.searchParams.get('includePermissionsForView') === 'published';
    return [200, { permissions: form.permissions.filter(({ view }) => published || view === undefined) }];
  }

  function reply(method: string, url: URL, body: string, authorization: string | undefined): Reply {
    if (url.pathname === '/token') return token(body);
    // The public form, without any login.
    const [, shown] = /^\/d\/e\/([^/]+)\/viewform$/.exec(url.pathname) ?? [];
    if (shown !== undefined) {
      const form = find(shown);
      const open = form?.publishSettings?.publishState.isPublished;
      const anyone = form?.permissions.some(({ type, view }) => type === 'anyone' && view === 'published');
      return form && open && anyone ? [200, '<html>the form'] : [401, '<html>You need permission'];
    }
    if (revoked || authorization !== 'Bearer ya29.access')
      return problem(401, 'Invalid credentials', 'UNAUTHENTICATED');
    const json: unknown = body === '' ? {} : JSON.parse(body);
    if (url.pathname === '/v1/forms' && method === 'POST') return create(url, json as never);
    const [, formId, verb = ''] = /^\/v1\/forms\/([^/:]+)(:\w+|\/responses)?$/.exec(url.pathname) ?? [];
    const form = find(formId ?? '');
    if (form) {
      if (verb === '' && method === 'GET') return [200, seen(form)];
      if (verb === ':batchUpdate') return batchUpdate(form, json as Batch);
      if (verb === ':setPublishSettings') return setPublish(form, json as never);
      if (verb === '/responses') return list(form, url);
    }
    return drive(method, url, json) ?? problem(404, 'Requested entity was not found.', 'NOT_FOUND');
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://local');
    const line = `${method} ${request.url}`;
    asked.push(line);
    const body = await text(request);
    const fault = faults.findIndex(({ match }) => match.test(line));
    const [status, answer, headers = {}] =
      fault >= 0 ? faults.splice(fault, 1)[0]!.reply : reply(method, url, body, request.headers.authorization);
    const page = typeof answer === 'string';
    response.writeHead(status, { 'content-type': page ? 'text/html' : 'application/json', ...headers });
    response.end(page ? answer : JSON.stringify(answer));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));

  return {
    rootUrl: `${root()}/`,
    tokenUrl: `${root()}/token`,
    forms,
    asked,
    fail: (match, status, body = { error: { code: status, message: 'made up', status: 'X' } }, headers = {}) =>
      faults.push({ match, reply: [status, body, headers] }),
    answer(formId, answers, at, responseId = id('response')) {
      const form = find(formId)!;
      const byTitle = Object.entries(answers).map(([title, value]) => {
        const questionId = form.items.find((item) => item.title === title)?.questionItem?.question.questionId ?? '?';
        return [questionId, { questionId, textAnswers: { answers: [{ value }] } }];
      });
      const before = form.responses.find((one) => one.responseId === responseId);
      form.responses = form.responses.filter((one) => one !== before);
      const createTime = before?.createTime ?? at;
      form.responses.push({ responseId, createTime, lastSubmittedTime: at, answers: Object.fromEntries(byTitle) });
      return responseId;
    },
    revoke() {
      revoked = true;
    },
    stop: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
