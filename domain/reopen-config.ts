/** `survey` of site.yaml: the source of the applicants' answers. */
export interface SurveyConfig {
  /**
   * `google`: the service makes, publishes, reads and closes the form; `csv`: a person makes it, the service reads its
   * export.
   */
  readonly source: 'csv' | 'google';
  /** With `csv`: a file, or an address that requires SEMESTER_SURVEY_TOKEN. Its columns are `columns`. */
  readonly csv?: string | undefined;
  /** With `google`: the id of a form made by hand; absent: the service makes one for each semester. */
  readonly formId?: string | undefined;
  /** With `google`: people who may edit the form and read its answers. */
  readonly editors: readonly string[];
  /** With `google` and a service account: the person that the account impersonates. */
  readonly actAs?: string | undefined;
  /** Titles of the questions; also the columns of a CSV. */
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

/** `homepage` of site.yaml: where the service publishes the post. */
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
  /** Path of a post below `url`: `/:year/:month/:day/:title.html`. */
  readonly permalink: string;
  /** IANA zone of the site's build; its day is part of the permalink. */
  readonly zone: string;
  /** ISO-8601: how long to wait for a published post before the step asks for attention. */
  readonly wait: string;
}

const GITHUB = /^(?:git@[^:]+:|ssh:\/\/git@[^/]+\/|https?:\/\/[^/]+\/)([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/;

/** Owner and name of a GitHub repository address; null for any other address. */
export function githubRepository(address: string): { readonly owner: string; readonly repo: string } | null {
  const [, owner, repo] = GITHUB.exec(address) ?? [];
  return owner !== undefined && repo !== undefined ? { owner, repo } : null;
}
