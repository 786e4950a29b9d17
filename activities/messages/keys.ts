// Made from templates/messages/en.yaml by npm run messages. Do not edit.

/** The value of a variable. */
export type MessageValue = string | number | boolean | null | readonly string[];

/** The variables of each message; null where it has none. */
export interface MessageVariables {
  'common.kept': {
    readonly reason: MessageValue;
    readonly until: MessageValue;
    readonly user: MessageValue;
  };
  'common.mailState.intended': null;
  'common.mailState.sent': null;
  'common.mailState.unknown': null;
  'common.mailState.bounced': null;
  'common.mailState.refused': null;
  'common.mailState.no-address': null;
  'common.mailState.waived': null;
  'placeholder.name': null;
  'placeholder.account': null;
  'placeholder.home': null;
  'placeholder.host': null;
  'placeholder.docker': null;
  'gate.subject.notice': null;
  'gate.subject.removal': null;
  'gate.subject.wipe': null;
  'gate.subject.prune': null;
  'gate.subject.reinstall': null;
  'gate.subject.leader-work': null;
  'gate.subject.rollout': null;
  'gate.subject.form': null;
  'gate.subject.publish': null;
  'gate.subject.applications': null;
  'gate.subject.restore': null;
  'gate.subject.restore-docker': null;
  'gate.subject.exclude': null;
  'gate.subject.rollback': null;
  'notice.headline': {
    readonly deadline: MessageValue;
    readonly people: MessageValue;
  };
  'notice.corrected': {
    readonly deadline: MessageValue;
    readonly people: MessageValue;
    readonly was: MessageValue;
  };
  'notice.row': {
    readonly docker: MessageValue;
    readonly home: MessageValue;
    readonly language: MessageValue;
    readonly user: MessageValue;
  };
  'notice.noAddress': {
    readonly user: MessageValue;
  };
  'notice.noAddressMore': {
    readonly count: MessageValue;
  };
  'notice.alreadyMailed': {
    readonly left: MessageValue;
    readonly people: MessageValue;
  };
  'notice.implied': {
    readonly count: MessageValue;
    readonly group: MessageValue;
    readonly people: MessageValue;
    readonly via: MessageValue;
  };
  'notice.nameless': {
    readonly row: MessageValue;
  };
  'notice.unmeasured': {
    readonly hosts: MessageValue;
  };
  'notice.noHomes': {
    readonly host: MessageValue;
  };
  'removal.headline': {
    readonly count: MessageValue;
    readonly group: MessageValue;
  };
  'removal.notice': {
    readonly at: MessageValue;
  };
  'removal.pending': null;
  'removal.irreversible': {
    readonly file: MessageValue;
  };
  'removal.alsoPending': {
    readonly who: MessageValue;
  };
  'removal.shortNotice': {
    readonly command: MessageValue;
    readonly enoughAt: MessageValue;
    readonly who: MessageValue;
  };
  'removal.noNotice': {
    readonly command: MessageValue;
    readonly who: MessageValue;
  };
  'removal.implied': {
    readonly count: MessageValue;
    readonly group: MessageValue;
    readonly people: MessageValue;
    readonly via: MessageValue;
  };
  'removal.ownAccount': {
    readonly user: MessageValue;
  };
  'removal.more': {
    readonly count: MessageValue;
  };
  'removal.reason': null;
  'wipe.headline': {
    readonly backup: MessageValue;
    readonly docker: MessageValue;
    readonly homes: MessageValue;
    readonly hosts: MessageValue;
    readonly storage: MessageValue;
  };
  'wipe.row': {
    readonly changed: MessageValue;
    readonly files: MessageValue;
    readonly login: MessageValue;
    readonly name: MessageValue;
    readonly noticed: MessageValue;
    readonly size: MessageValue;
    readonly state: MessageValue;
  };
  'wipe.unnoticed': {
    readonly owners: MessageValue;
  };
  'wipe.full': {
    readonly free: MessageValue;
    readonly host: MessageValue;
  };
  'wipe.stays': {
    readonly host: MessageValue;
    readonly paths: MessageValue;
  };
  'wipe.mounted': {
    readonly host: MessageValue;
    readonly mount: MessageValue;
  };
  'wipe.stranger': {
    readonly name: MessageValue;
    readonly owner: MessageValue;
    readonly size: MessageValue;
  };
  'wipe.exemptOwned': {
    readonly dir: MessageValue;
    readonly host: MessageValue;
    readonly name: MessageValue;
    readonly owner: MessageValue;
    readonly size: MessageValue;
  };
  'wipe.exemptInside': {
    readonly dir: MessageValue;
    readonly files: MessageValue;
    readonly host: MessageValue;
    readonly name: MessageValue;
    readonly owner: MessageValue;
  };
  'wipe.unknownAccount': {
    readonly user: MessageValue;
  };
  'wipe.more': {
    readonly count: MessageValue;
  };
  'wipe.trash': {
    readonly minFree: MessageValue;
    readonly until: MessageValue;
  };
  'wipe.noTrash': null;
  'wipe.deferred': {
    readonly docker: MessageValue;
    readonly host: MessageValue;
  };
  'prune.headline': {
    readonly count: MessageValue;
    readonly storage: MessageValue;
  };
  'prune.row': {
    readonly name: MessageValue;
    readonly nested: MessageValue;
    readonly until: MessageValue;
  };
  'prune.stays': {
    readonly name: MessageValue;
    readonly why: MessageValue;
  };
  'prune.why.undated': null;
  'prune.why.writable': null;
  'prune.why.young': {
    readonly until: MessageValue;
  };
  'prune.why.only': null;
  'prune.why.newest': null;
  'prune.why.not-replicated': null;
  'prune.why.common-parent': null;
  'prune.silent': {
    readonly why: MessageValue;
  };
  'restore.headline': {
    readonly backup: MessageValue;
    readonly folder: MessageValue;
    readonly homes: MessageValue;
    readonly storage: MessageValue;
  };
  'restore.row': {
    readonly name: MessageValue;
    readonly owner: MessageValue;
    readonly path: MessageValue;
    readonly size: MessageValue;
  };
  'restore.there': {
    readonly name: MessageValue;
  };
  'restore.room': {
    readonly bytes: MessageValue;
    readonly free: MessageValue;
  };
  'restoreDocker.headline': {
    readonly directories: MessageValue;
    readonly hosts: MessageValue;
    readonly user: MessageValue;
  };
  'restoreDocker.row': {
    readonly host: MessageValue;
    readonly owner: MessageValue;
    readonly path: MessageValue;
    readonly until: MessageValue;
  };
  'restoreDocker.taken': {
    readonly path: MessageValue;
  };
  'restoreDocker.silent': {
    readonly host: MessageValue;
  };
  'rollout.headline': {
    readonly files: MessageValue;
    readonly followers: MessageValue;
    readonly image: MessageValue;
    readonly leader: MessageValue;
    readonly packages: MessageValue;
  };
  'rollout.nothing': {
    readonly image: MessageValue;
    readonly leader: MessageValue;
  };
  'rollout.canary': {
    readonly healthy: MessageValue;
    readonly host: MessageValue;
    readonly summary: MessageValue;
  };
  'rollout.unhealthy': {
    readonly host: MessageValue;
    readonly summary: MessageValue;
  };
  'rollout.clashes': {
    readonly ids: MessageValue;
    readonly ranges: MessageValue;
  };
  'rollout.wave': {
    readonly hosts: MessageValue;
    readonly number: MessageValue;
  };
  'rollout.difference': {
    readonly hosts: MessageValue;
    readonly sign: MessageValue;
    readonly what: MessageValue;
  };
  'rollout.kind.account': {
    readonly name: MessageValue;
  };
  'rollout.kind.password': {
    readonly name: MessageValue;
  };
  'rollout.kind.group': {
    readonly name: MessageValue;
  };
  'rollout.kind.unit': {
    readonly name: MessageValue;
  };
  'rollout.kind.file': {
    readonly name: MessageValue;
  };
  'rollout.lost': {
    readonly host: MessageValue;
    readonly things: MessageValue;
  };
  'rollout.more': {
    readonly count: MessageValue;
  };
  'rollout.unmerged': {
    readonly files: MessageValue;
    readonly leader: MessageValue;
  };
  'rollout.foreign': {
    readonly leader: MessageValue;
    readonly packages: MessageValue;
  };
  'rollout.full': null;
  'rollout.lacking': {
    readonly hosts: MessageValue;
    readonly parent: MessageValue;
  };
  'rollout.failing': {
    readonly checks: MessageValue;
    readonly host: MessageValue;
  };
  'rollout.down': {
    readonly host: MessageValue;
  };
  'rollout.silent': {
    readonly host: MessageValue;
  };
  'rollback.headline': {
    readonly hosts: MessageValue;
    readonly reason: MessageValue;
  };
  'rollback.row': {
    readonly from: MessageValue;
    readonly host: MessageValue;
    readonly to: MessageValue;
  };
  'rollback.not-root': {
    readonly host: MessageValue;
    readonly running: MessageValue;
  };
  'rollback.none': {
    readonly host: MessageValue;
  };
  'rollback.not-ours': {
    readonly byHand: MessageValue;
    readonly host: MessageValue;
  };
  'rollback.nobody': null;
  'rollback.silent': {
    readonly host: MessageValue;
    readonly why: MessageValue;
  };
  'exclude.headline': {
    readonly home: MessageValue;
    readonly host: MessageValue;
    readonly reason: MessageValue;
    readonly storage: MessageValue;
  };
  'exclude.exported': {
    readonly client: MessageValue;
  };
  'exclude.later': {
    readonly docker: MessageValue;
    readonly host: MessageValue;
  };
  'exclude.answers': {
    readonly host: MessageValue;
  };
  'publish.headline': {
    readonly homepage: MessageValue;
    readonly path: MessageValue;
    readonly title: MessageValue;
  };
  'publish.noLink.survey': null;
  'publish.noLink.group': null;
  'publish.noLink.agreement': null;
  'publish.brokenLink': {
    readonly url: MessageValue;
    readonly why: MessageValue;
  };
  'publish.notHttps': {
    readonly url: MessageValue;
  };
  'publish.noQuestion': {
    readonly title: MessageValue;
  };
  'publish.specs': {
    readonly found: MessageValue;
    readonly host: MessageValue;
    readonly key: MessageValue;
    readonly said: MessageValue;
  };
  'publish.silent': {
    readonly host: MessageValue;
  };
  'publish.unseen': {
    readonly host: MessageValue;
    readonly why: MessageValue;
  };
  'publish.liquid': null;
  'publish.periodOver': null;
  'publish.applicationsOver': null;
  'applications.headline': {
    readonly count: MessageValue;
  };
  'applications.row': {
    readonly docker: MessageValue;
    readonly number: MessageValue;
    readonly user: MessageValue;
  };
  'applications.nearMiss': {
    readonly account: MessageValue;
    readonly row: MessageValue;
    readonly user: MessageValue;
  };
  'maintenance.disturbance': {
    readonly hosts: MessageValue;
    readonly hours: MessageValue;
    readonly members: MessageValue;
    readonly when: MessageValue;
  };
  'terminal.sessionsEnd': {
    readonly date: MessageValue;
    readonly host: MessageValue;
    readonly time: MessageValue;
    readonly zone: MessageValue;
  };
  'terminal.reboot': {
    readonly host: MessageValue;
  };
}

export type MessageKey = keyof MessageVariables;
