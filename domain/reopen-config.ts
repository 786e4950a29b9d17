/** `survey` of site.yaml: where the applicants' answers come from. */
export interface SurveyConfig {
  /** `google`: the service makes, publishes, reads and closes the form; `csv`: a person makes it, its export is read. */
  readonly source: 'csv' | 'google';
  /** Of `csv`: a file, or an address that answers only with SEMESTER_SURVEY_TOKEN. Columns by `columns`. */
  readonly csv?: string | undefined;
  /** Of `google`: a form made by hand; without it, the service makes one for each semester. */
  readonly formId?: string | undefined;
  /** Of `google`: who may edit the form and read its answers. */
  readonly editors: readonly string[];
  /** Of `google`, with a service account: the person in whose name it works. */
  readonly actAs?: string | undefined;
  /** Titles of the questions, which are the columns of a CSV. */
  readonly columns: {
    readonly username: string;
    readonly studentNumber: string;
    readonly email: string;
    readonly docker: string;
    readonly terms: string;
  };
  /** Answers that mean yes in the `docker` and `terms` columns. */
  readonly yes: readonly string[];
}

/** `homepage` of site.yaml: where the post goes. */
export interface HomepageConfig {
  /** Git URL or path of the Jekyll site. */
  readonly repository: string;
  readonly branch: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Public address of the site, for links. */
  readonly url: string;
  /** `pull-request`: on GitHub, merged by a person. */
  readonly publish: 'push' | 'pull-request';
  /** GitHub's REST API. */
  readonly githubApi: string;
  /** Where a post is found below `url`: `/:year/:month/:day/:title.html`. */
  readonly permalink: string;
  /** IANA zone in which the site is built: its day stands in the permalink. */
  readonly zone: string;
  /** ISO-8601: how long a published post may take to appear before people are asked. */
  readonly wait: string;
}

const GITHUB = /^(?:git@[^:]+:|ssh:\/\/git@[^/]+\/|https?:\/\/[^/]+\/)([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/;

/** Owner and name in the address of a repository on GitHub; null for any other address. */
export function githubRepository(address: string): { readonly owner: string; readonly repo: string } | null {
  const [, owner, repo] = GITHUB.exec(address) ?? [];
  return owner !== undefined && repo !== undefined ? { owner, repo } : null;
}
