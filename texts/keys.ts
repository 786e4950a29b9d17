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
  'removal.unknownExempt': {
    readonly group: MessageValue;
    readonly users: MessageValue;
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
  'doctor.check.host key': null;
  'doctor.check.login': null;
  'doctor.check.images': null;
  'doctor.check.sudo': null;
  'doctor.check.clock': null;
  'doctor.check.logins': null;
  'doctor.check.free space': null;
  'doctor.check.trash': null;
  'doctor.check.left behind': null;
  'doctor.check.ids': null;
  'doctor.check.system': null;
  'doctor.check.layout': null;
  'doctor.check.boot': null;
  'doctor.check.checks': null;
  'doctor.check.credential': null;
  'doctor.check.ID server': null;
  'doctor.check.addresses': null;
  'doctor.check.mail': null;
  'doctor.check.homepage': null;
  'doctor.check.survey': null;
  'doctor.check.approvers': null;
  'doctor.check.store': null;
  'doctor.check.exempt accounts': null;
  'doctor.check.retention': null;
  'doctor.check.search attributes': null;
  'doctor.check.versions': null;
  'doctor.where.worker': null;
  'doctor.where.idDatabase': null;
  'doctor.mark.ok': null;
  'doctor.mark.warning': null;
  'doctor.mark.wrong': null;
  'doctor.mark.cleaned': null;
  'doctor.mark.skipped': null;
  'doctor.looks': {
    readonly hosts: MessageValue;
  };
  'doctor.column.check': null;
  'doctor.column.where': null;
  'doctor.column.state': null;
  'doctor.column.found': null;
  'doctor.total': {
    readonly checks: MessageValue;
    readonly cleaned: MessageValue;
    readonly hidden: MessageValue;
    readonly rest: MessageValue;
    readonly site: MessageValue;
    readonly warnings: MessageValue;
    readonly wrong: MessageValue;
  };
  'doctor.first.key': null;
  'doctor.first.login': null;
  'doctor.first.sudo': null;
  'doctor.key.offline': {
    readonly host: MessageValue;
  };
  'doctor.key.pinned': {
    readonly fingerprint: MessageValue;
    readonly type: MessageValue;
  };
  'doctor.key.none': {
    readonly address: MessageValue;
    readonly file: MessageValue;
    readonly keys: MessageValue;
  };
  'doctor.key.trust': {
    readonly host: MessageValue;
  };
  'doctor.key.other': {
    readonly address: MessageValue;
    readonly file: MessageValue;
    readonly keys: MessageValue;
  };
  'doctor.key.replace': {
    readonly host: MessageValue;
  };
  'doctor.login.as': {
    readonly account: MessageValue;
  };
  'doctor.login.remedy': {
    readonly user: MessageValue;
  };
  'doctor.images.writable': {
    readonly place: MessageValue;
  };
  'doctor.images.makeable': {
    readonly place: MessageValue;
  };
  'doctor.images.readonly': {
    readonly account: MessageValue;
    readonly owner: MessageValue;
    readonly place: MessageValue;
  };
  'doctor.images.remedy': {
    readonly account: MessageValue;
    readonly images: MessageValue;
    readonly storage: MessageValue;
  };
  'doctor.sudo.password': null;
  'doctor.sudo.nopasswd': null;
  'doctor.sudo.remedy': {
    readonly host: MessageValue;
  };
  'doctor.sudo.replica': {
    readonly host: MessageValue;
  };
  'doctor.clock.silent': null;
  'doctor.clock.near': {
    readonly seconds: MessageValue;
  };
  'doctor.clock.behind': {
    readonly seconds: MessageValue;
  };
  'doctor.clock.ahead': {
    readonly seconds: MessageValue;
  };
  'doctor.clock.remedy': {
    readonly host: MessageValue;
  };
  'doctor.logins.open': null;
  'doctor.logins.closed': {
    readonly since: MessageValue;
  };
  'doctor.logins.remedy': {
    readonly host: MessageValue;
  };
  'doctor.logins.silent': {
    readonly host: MessageValue;
  };
  'doctor.space.free': {
    readonly parts: MessageValue;
  };
  'doctor.space.part': {
    readonly dir: MessageValue;
    readonly free: MessageValue;
    readonly size: MessageValue;
  };
  'doctor.space.remedy': {
    readonly host: MessageValue;
  };
  'doctor.space.worker': null;
  'doctor.space.unmade': {
    readonly dir: MessageValue;
  };
  'doctor.space.database': {
    readonly found: MessageValue;
  };
  'doctor.trash.empty': null;
  'doctor.trash.foreign': {
    readonly path: MessageValue;
  };
  'doctor.trash.foreignRemedy': {
    readonly path: MessageValue;
  };
  'doctor.trash.holds': {
    readonly entries: MessageValue;
    readonly from: MessageValue;
    readonly path: MessageValue;
    readonly size: MessageValue;
    readonly to: MessageValue;
    readonly unnamed: MessageValue;
  };
  'doctor.trash.unmeasured': null;
  'doctor.trash.late': {
    readonly entries: MessageValue;
    readonly path: MessageValue;
  };
  'doctor.trash.lateRemedy': null;
  'doctor.trash.odd': {
    readonly ids: MessageValue;
    readonly path: MessageValue;
  };
  'doctor.trash.oddRemedy': {
    readonly path: MessageValue;
  };
  'doctor.trash.remedy': {
    readonly host: MessageValue;
  };
  'doctor.trash.excluded': {
    readonly host: MessageValue;
  };
  'doctor.trash.excludedRemedy': {
    readonly host: MessageValue;
  };
  'doctor.trash.left': {
    readonly host: MessageValue;
    readonly paths: MessageValue;
  };
  'doctor.trash.leftRemedy': {
    readonly host: MessageValue;
  };
  'doctor.left.nothing': null;
  'doctor.left.found': {
    readonly busy: MessageValue;
    readonly detail: MessageValue;
    readonly path: MessageValue;
    readonly what: MessageValue;
  };
  'doctor.left.fix': null;
  'doctor.left.failed': {
    readonly byHand: MessageValue;
    readonly host: MessageValue;
  };
  'doctor.left.layoutFirst': null;
  'doctor.left.what.window': null;
  'doctor.left.what.job': null;
  'doctor.left.what.old-job': null;
  'doctor.left.what.receive': null;
  'doctor.left.what.new-root': null;
  'doctor.left.what.guard': null;
  'doctor.left.what.failed-root': null;
  'doctor.left.what.foreign-root': null;
  'doctor.left.what.part': null;
  'doctor.left.byHand.window': null;
  'doctor.left.byHand.job': null;
  'doctor.left.byHand.old-job': null;
  'doctor.left.byHand.receive': null;
  'doctor.left.byHand.new-root': null;
  'doctor.left.byHand.guard': null;
  'doctor.left.byHand.failed-root': null;
  'doctor.left.byHand.foreign-root': null;
  'doctor.left.byHand.part': null;
  'doctor.left.byHand.unknown': null;
  'doctor.ids.ok': null;
  'doctor.ids.remedy': {
    readonly host: MessageValue;
  };
  'doctor.system.pacman': {
    readonly packages: MessageValue;
  };
  'doctor.system.unlisted': {
    readonly host: MessageValue;
  };
  'doctor.system.none': {
    readonly host: MessageValue;
  };
  'doctor.system.remedy': {
    readonly host: MessageValue;
  };
  'doctor.system.silent': {
    readonly why: MessageValue;
  };
  'doctor.layout.ok': null;
  'doctor.layout.remedy': {
    readonly host: MessageValue;
  };
  'doctor.layout.fstab': {
    readonly host: MessageValue;
    readonly toplevel: MessageValue;
  };
  'doctor.layout.backups': {
    readonly backups: MessageValue;
  };
  'doctor.boot.unknown': null;
  'doctor.boot.found': {
    readonly against: MessageValue;
    readonly busybox: MessageValue;
    readonly container: MessageValue;
    readonly watchdog: MessageValue;
  };
  'doctor.boot.kernel': {
    readonly found: MessageValue;
    readonly kernel: MessageValue;
  };
  'doctor.boot.reboot': {
    readonly host: MessageValue;
  };
  'doctor.boot.next': {
    readonly entry: MessageValue;
    readonly found: MessageValue;
  };
  'doctor.boot.remedy': {
    readonly host: MessageValue;
  };
  'doctor.boot.against.inRoot': null;
  'doctor.boot.against.efibootmgr': null;
  'doctor.boot.against.firmware': null;
  'doctor.boot.against.readOnly': null;
  'doctor.boot.against.secureBoot': null;
  'doctor.boot.against.partitions': null;
  'doctor.boot.against.objcopy': null;
  'doctor.boot.against.stub': null;
  'doctor.siteChecks.none': null;
  'doctor.siteChecks.passed': {
    readonly checks: MessageValue;
  };
  'doctor.siteChecks.failing': {
    readonly checks: MessageValue;
  };
  'doctor.siteChecks.remedy': {
    readonly host: MessageValue;
  };
  'doctor.credential.set': null;
  'doctor.credential.unset': null;
  'doctor.credential.unneeded': null;
  'doctor.credential.remedy': {
    readonly name: MessageValue;
  };
  'doctor.credential.exposed': {
    readonly file: MessageValue;
  };
  'doctor.credential.exposedRemedy': {
    readonly file: MessageValue;
    readonly folder: MessageValue;
  };
  'doctor.credential.sudoAsks': {
    readonly hosts: MessageValue;
  };
  'doctor.credential.neither': {
    readonly other: MessageValue;
  };
  'doctor.credential.byPassword': null;
  'doctor.credential.readable': null;
  'doctor.credential.embedded': {
    readonly folder: MessageValue;
  };
  'doctor.credential.key': {
    readonly type: MessageValue;
  };
  'doctor.credential.passphrase': null;
  'doctor.credential.noKey': null;
  'doctor.credential.keyRemedy': null;
  'doctor.credential.noAddress': null;
  'doctor.credential.notHttps': {
    readonly protocol: MessageValue;
  };
  'doctor.idServer.owns': {
    readonly group: MessageValue;
    readonly members: MessageValue;
    readonly pending: MessageValue;
    readonly user: MessageValue;
  };
  'doctor.idServer.implied': {
    readonly count: MessageValue;
    readonly found: MessageValue;
    readonly via: MessageValue;
  };
  'doctor.idServer.impliedRemedy': {
    readonly group: MessageValue;
    readonly via: MessageValue;
  };
  'doctor.idServer.remedy': null;
  'doctor.addresses.remedy': null;
  'doctor.addresses.file': null;
  'doctor.addresses.both': {
    readonly found: MessageValue;
  };
  'doctor.addresses.unset': null;
  'doctor.database.ok': {
    readonly role: MessageValue;
  };
  'doctor.database.problems': {
    readonly problems: MessageValue;
    readonly role: MessageValue;
  };
  'doctor.database.unreadable': {
    readonly columns: MessageValue;
    readonly table: MessageValue;
  };
  'doctor.database.writes': {
    readonly tables: MessageValue;
  };
  'doctor.database.high': null;
  'doctor.database.readOnly': null;
  'doctor.database.grants': {
    readonly sql: MessageValue;
  };
  'doctor.mail.remedy': null;
  'doctor.mail.waits': null;
  'doctor.mail.refused': null;
  'doctor.mail.noLogin': null;
  'doctor.mail.login': {
    readonly user: MessageValue;
  };
  'doctor.mail.tls': {
    readonly login: MessageValue;
  };
  'doctor.mail.local': {
    readonly login: MessageValue;
  };
  'doctor.mail.plain': {
    readonly login: MessageValue;
  };
  'doctor.mail.plainRemedy': null;
  'doctor.homepage.remedy': null;
  'doctor.homepage.push': {
    readonly branch: MessageValue;
    readonly commit: MessageValue;
  };
  'doctor.homepage.github': {
    readonly branch: MessageValue;
    readonly commit: MessageValue;
    readonly repository: MessageValue;
  };
  'doctor.survey.remedy': null;
  'doctor.survey.form': {
    readonly open: MessageValue;
    readonly questions: MessageValue;
    readonly title: MessageValue;
  };
  'doctor.survey.account': {
    readonly account: MessageValue;
  };
  'doctor.survey.answers': {
    readonly answers: MessageValue;
  };
  'doctor.survey.unusable': {
    readonly found: MessageValue;
    readonly rows: MessageValue;
  };
  'doctor.survey.unread': null;
  'doctor.signers.remedy': null;
  'doctor.signers.unsigned': null;
  'doctor.signers.unsignedRemedy': null;
  'doctor.signers.pattern': {
    readonly pattern: MessageValue;
  };
  'doctor.signers.missing': {
    readonly names: MessageValue;
  };
  'doctor.signers.shared': {
    readonly names: MessageValue;
  };
  'doctor.signers.ok': {
    readonly names: MessageValue;
  };
  'doctor.store.embedded': null;
  'doctor.store.postgres': {
    readonly size: MessageValue;
  };
  'doctor.store.remedy': null;
  'doctor.exempt.known': {
    readonly users: MessageValue;
  };
  'doctor.exempt.unknown': {
    readonly users: MessageValue;
  };
  'doctor.exempt.silent': null;
  'doctor.exempt.remedy': null;
  'doctor.temporal.denied': null;
  'doctor.retention.found': {
    readonly days: MessageValue;
    readonly hours: MessageValue;
  };
  'doctor.retention.short': {
    readonly found: MessageValue;
  };
  'doctor.retention.remedy': {
    readonly command: MessageValue;
  };
  'doctor.attributes.ok': null;
  'doctor.attributes.missing': {
    readonly names: MessageValue;
  };
  'doctor.clocks.ok': null;
  'doctor.clocks.here': {
    readonly seconds: MessageValue;
  };
  'doctor.clocks.worker': {
    readonly seconds: MessageValue;
  };
  'doctor.clocks.remedy': null;
  'doctor.versions.found': {
    readonly command: MessageValue;
    readonly server: MessageValue;
    readonly worker: MessageValue;
  };
  'doctor.versions.remedy': null;
  'status.waits': null;
  'status.gates': null;
  'status.steps': null;
  'status.hosts': {
    readonly image: MessageValue;
    readonly leader: MessageValue;
    readonly sums: MessageValue;
  };
  'status.rejected': null;
  'status.next': null;
  'status.locked': null;
  'status.excluded': null;
  'status.exempt': null;
  'status.memo': null;
  'status.stuck': null;
  'status.working': null;
  'status.times': {
    readonly zone: MessageValue;
  };
  'status.since': {
    readonly at: MessageValue;
  };
  'status.span': {
    readonly from: MessageValue;
    readonly to: MessageValue;
  };
  'status.paused': null;
  'status.versions': {
    readonly last: MessageValue;
    readonly started: MessageValue;
  };
  'status.whatToDo': {
    readonly where: MessageValue;
  };
  'status.more': {
    readonly count: MessageValue;
  };
  'status.message': {
    readonly at: MessageValue;
    readonly by: MessageValue;
    readonly message: MessageValue;
    readonly reason: MessageValue;
  };
  'status.run.RUNNING': null;
  'status.run.COMPLETED': null;
  'status.run.FAILED': null;
  'status.run.CANCELED': null;
  'status.run.TERMINATED': null;
  'status.run.TIMED_OUT': null;
  'status.run.CONTINUED_AS_NEW': null;
  'status.gate.line': {
    readonly approvals: MessageValue;
    readonly by: MessageValue;
    readonly comment: MessageValue;
    readonly gate: MessageValue;
    readonly round: MessageValue;
    readonly state: MessageValue;
  };
  'status.gate.approvals': {
    readonly count: MessageValue;
    readonly names: MessageValue;
    readonly needed: MessageValue;
  };
  'status.gate.unsigned': {
    readonly by: MessageValue;
  };
  'status.gate.claims': null;
  'status.gate.state.open': null;
  'status.gate.state.approved': null;
  'status.gate.state.rejected': null;
  'status.gate.state.empty': null;
  'status.gate.state.done': null;
  'status.gate.state.closed': null;
  'status.step.round': {
    readonly round: MessageValue;
  };
  'status.step.by': {
    readonly by: MessageValue;
  };
  'status.host.waiting': null;
  'status.host.received': null;
  'status.host.prepared': null;
  'status.host.not-prepared': null;
  'status.host.at-work': null;
  'status.host.updated': null;
  'status.host.rolled-back': null;
  'status.host.failed': null;
  'status.host.not-permitted': null;
  'status.host.deferred': null;
  'status.activity.attempt': {
    readonly attempt: MessageValue;
    readonly name: MessageValue;
    readonly next: MessageValue;
    readonly progress: MessageValue;
  };
  'status.activity.failure': {
    readonly why: MessageValue;
  };
  'recorded.proof.sent': {
    readonly count: MessageValue;
  };
  'recorded.proof.byHand': {
    readonly count: MessageValue;
  };
  'recorded.proof.sentBefore': {
    readonly count: MessageValue;
  };
  'recorded.proof.interrupted': {
    readonly names: MessageValue;
  };
  'recorded.proof.bounced': {
    readonly names: MessageValue;
  };
  'recorded.proof.refusedByServer': {
    readonly names: MessageValue;
  };
  'recorded.proof.noAddress': {
    readonly names: MessageValue;
  };
  'recorded.proof.requestedBy': {
    readonly by: MessageValue;
    readonly rest: MessageValue;
    readonly user: MessageValue;
  };
  'recorded.proof.pausedRun': null;
  'recorded.proof.ledger': null;
  'recorded.proof.removed': {
    readonly already: MessageValue;
    readonly count: MessageValue;
    readonly group: MessageValue;
  };
  'recorded.proof.newcomers': {
    readonly names: MessageValue;
  };
  'recorded.proof.lockout': {
    readonly count: MessageValue;
    readonly group: MessageValue;
  };
  'recorded.proof.noProcess': {
    readonly host: MessageValue;
    readonly users: MessageValue;
  };
  'recorded.proof.onlyLogin': {
    readonly host: MessageValue;
    readonly users: MessageValue;
  };
  'recorded.proof.refusedByLock': {
    readonly user: MessageValue;
  };
  'recorded.proof.loginAgain': null;
  'recorded.proof.excluded': {
    readonly by: MessageValue;
    readonly home: MessageValue;
    readonly host: MessageValue;
    readonly hosts: MessageValue;
    readonly reason: MessageValue;
    readonly storage: MessageValue;
  };
  'recorded.proof.exportsWithout': {
    readonly home: MessageValue;
    readonly host: MessageValue;
    readonly hosts: MessageValue;
    readonly storage: MessageValue;
  };
  'recorded.proof.exportsAgain': {
    readonly home: MessageValue;
    readonly host: MessageValue;
    readonly storage: MessageValue;
  };
  'recorded.proof.snapshot': {
    readonly count: MessageValue;
    readonly path: MessageValue;
    readonly storage: MessageValue;
  };
  'recorded.proof.snapshotNested': {
    readonly count: MessageValue;
    readonly path: MessageValue;
    readonly storage: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.unsynced': {
    readonly hosts: MessageValue;
  };
  'recorded.proof.replica': {
    readonly host: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.proof.replicaOn': {
    readonly host: MessageValue;
    readonly parent: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.proof.replicaNested': {
    readonly count: MessageValue;
    readonly host: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.proof.replicaOnNested': {
    readonly count: MessageValue;
    readonly host: MessageValue;
    readonly parent: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.proof.passedOver': {
    readonly paths: MessageValue;
    readonly storage: MessageValue;
  };
  'recorded.proof.wiped': {
    readonly count: MessageValue;
    readonly dir: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.proof.trashed': {
    readonly count: MessageValue;
    readonly dir: MessageValue;
    readonly host: MessageValue;
    readonly until: MessageValue;
  };
  'recorded.proof.stillThere': {
    readonly names: MessageValue;
  };
  'recorded.proof.waivedOwners': {
    readonly names: MessageValue;
  };
  'recorded.proof.lastSnapshot': {
    readonly name: MessageValue;
  };
  'recorded.proof.exemptWritten': null;
  'recorded.proof.leftAlone': {
    readonly names: MessageValue;
  };
  'recorded.proof.wipeNotBegun': {
    readonly host: MessageValue;
  };
  'recorded.proof.wipeNoJob': {
    readonly host: MessageValue;
  };
  'recorded.proof.wipeStopped': {
    readonly host: MessageValue;
  };
  'recorded.proof.wipeNoneLeft': null;
  'recorded.proof.wipeLeft': {
    readonly count: MessageValue;
    readonly names: MessageValue;
  };
  'recorded.proof.wipeLater': null;
  'recorded.proof.noDeferredWipe': {
    readonly host: MessageValue;
  };
  'recorded.proof.noDeferred': {
    readonly kind: MessageValue;
  };
  'recorded.proof.deferredEnded': {
    readonly count: MessageValue;
    readonly kind: MessageValue;
  };
  'recorded.proof.pruned': {
    readonly count: MessageValue;
    readonly storage: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.restoredOne': {
    readonly backup: MessageValue;
    readonly count: MessageValue;
    readonly folder: MessageValue;
    readonly storage: MessageValue;
  };
  'recorded.proof.restored': {
    readonly backup: MessageValue;
    readonly count: MessageValue;
    readonly folder: MessageValue;
    readonly storage: MessageValue;
  };
  'recorded.proof.dockerRestored': {
    readonly count: MessageValue;
    readonly hosts: MessageValue;
    readonly user: MessageValue;
  };
  'recorded.proof.leaderUpdated': {
    readonly count: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.proof.imageFull': {
    readonly count: MessageValue;
    readonly name: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.imageIncremental': {
    readonly count: MessageValue;
    readonly name: MessageValue;
    readonly parent: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.noOldImage': null;
  'recorded.proof.imagesDeleted': {
    readonly names: MessageValue;
  };
  'recorded.proof.kept': {
    readonly count: MessageValue;
  };
  'recorded.proof.notReached': {
    readonly hosts: MessageValue;
  };
  'recorded.proof.imageTooOld': {
    readonly count: MessageValue;
    readonly host: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.imageNewer': {
    readonly host: MessageValue;
    readonly image: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.imageDeferred': {
    readonly host: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.received': {
    readonly host: MessageValue;
    readonly name: MessageValue;
    readonly uuid: MessageValue;
  };
  'recorded.proof.prepared': {
    readonly host: MessageValue;
    readonly name: MessageValue;
    readonly root: MessageValue;
  };
  'recorded.proof.triedFirst': null;
  'recorded.proof.switchedFirst': {
    readonly words: MessageValue;
  };
  'recorded.proof.bootsOnce': {
    readonly host: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.nothingChanged': null;
  'recorded.proof.tries': {
    readonly host: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.tried': null;
  'recorded.proof.bootsNext': {
    readonly host: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.oldRootKept': {
    readonly name: MessageValue;
  };
  'recorded.proof.runsWithKernel': {
    readonly host: MessageValue;
    readonly kernel: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.runsNoKernel': {
    readonly host: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.failedUnits': {
    readonly units: MessageValue;
  };
  'recorded.proof.failedBefore': {
    readonly checks: MessageValue;
  };
  'recorded.proof.reverted': {
    readonly host: MessageValue;
    readonly image: MessageValue;
    readonly name: MessageValue;
  };
  'recorded.proof.tidied': {
    readonly count: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.proof.tidiedRoot': {
    readonly count: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.proof.tidiedUndone': {
    readonly count: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.proof.tidiedBoots': {
    readonly count: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.proof.idle': {
    readonly host: MessageValue;
  };
  'recorded.proof.notWaited': null;
  'recorded.proof.ready': {
    readonly count: MessageValue;
    readonly image: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.run': {
    readonly count: MessageValue;
    readonly image: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.fleet': {
    readonly count: MessageValue;
    readonly image: MessageValue;
    readonly outcome: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.skippedHost': {
    readonly host: MessageValue;
  };
  'recorded.proof.layout': {
    readonly host: MessageValue;
  };
  'recorded.proof.hint': null;
  'recorded.proof.hostKey': {
    readonly file: MessageValue;
    readonly fingerprint: MessageValue;
    readonly host: MessageValue;
    readonly type: MessageValue;
  };
  'recorded.proof.hostKeyAlready': {
    readonly file: MessageValue;
    readonly fingerprint: MessageValue;
    readonly host: MessageValue;
    readonly type: MessageValue;
  };
  'recorded.proof.formOpens': {
    readonly status: MessageValue;
  };
  'recorded.proof.formMade': null;
  'recorded.proof.formMadeOpen': null;
  'recorded.proof.published': {
    readonly commit: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.proof.pullRequest': {
    readonly path: MessageValue;
    readonly url: MessageValue;
  };
  'recorded.proof.personWrote': null;
  'recorded.proof.pageShows': {
    readonly url: MessageValue;
  };
  'recorded.proof.pageOpens': {
    readonly url: MessageValue;
  };
  'recorded.proof.baseline': {
    readonly count: MessageValue;
  };
  'recorded.proof.accepted': {
    readonly count: MessageValue;
  };
  'recorded.proof.rejected': {
    readonly count: MessageValue;
  };
  'recorded.proof.applicantsMailed': {
    readonly count: MessageValue;
  };
  'recorded.proof.acceptedBy': {
    readonly by: MessageValue;
    readonly count: MessageValue;
  };
  'recorded.proof.judged': {
    readonly by: MessageValue;
    readonly count: MessageValue;
    readonly how: MessageValue;
    readonly verdict: MessageValue;
  };
  'recorded.proof.applicationsByHand': null;
  'recorded.proof.applications': {
    readonly count: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.docker': {
    readonly count: MessageValue;
    readonly host: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.proof.dockerUnknown': {
    readonly names: MessageValue;
  };
  'recorded.proof.dockerTaken': {
    readonly names: MessageValue;
  };
  'recorded.proof.dockerDeferred': {
    readonly host: MessageValue;
  };
  'recorded.proof.dockerSilent': {
    readonly count: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.proof.gateApproved': {
    readonly gate: MessageValue;
    readonly names: MessageValue;
    readonly round: MessageValue;
  };
  'recorded.proof.gateReported': {
    readonly by: MessageValue;
    readonly gate: MessageValue;
    readonly round: MessageValue;
  };
  'recorded.proof.claims': null;
  'recorded.proof.claim': null;
  'recorded.proof.started': {
    readonly by: MessageValue;
    readonly run: MessageValue;
  };
  'recorded.proof.silentExcluded': {
    readonly host: MessageValue;
  };
  'recorded.proof.startClaim': {
    readonly why: MessageValue;
  };
  'recorded.proof.mailBounced': {
    readonly by: MessageValue;
    readonly count: MessageValue;
    readonly user: MessageValue;
  };
  'recorded.proof.notSentOne': null;
  'recorded.proof.notSent': null;
  'recorded.word.nobody': null;
  'recorded.word.accepted': null;
  'recorded.word.rejected': null;
  'recorded.word.unsigned': null;
  'recorded.waits.gate': {
    readonly count: MessageValue;
    readonly gate: MessageValue;
    readonly headline: MessageValue;
    readonly plan: MessageValue;
    readonly round: MessageValue;
  };
  'recorded.waits.rejected': {
    readonly by: MessageValue;
    readonly gate: MessageValue;
  };
  'recorded.waits.rejectedWhy': {
    readonly by: MessageValue;
    readonly comment: MessageValue;
    readonly gate: MessageValue;
  };
  'recorded.waits.hand': {
    readonly gate: MessageValue;
  };
  'recorded.waits.handFailed': {
    readonly gate: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.waits.step': {
    readonly step: MessageValue;
  };
  'recorded.waits.paused': null;
  'recorded.waits.lock': {
    readonly lock: MessageValue;
  };
  'recorded.waits.more': {
    readonly count: MessageValue;
  };
  'recorded.next.applications': null;
  'recorded.next.period': null;
  'recorded.next.deadline': null;
  'recorded.next.notice': {
    readonly count: MessageValue;
  };
  'recorded.next.reboot': null;
  'recorded.next.hours': {
    readonly host: MessageValue;
  };
  'recorded.next.hoursEnd': {
    readonly host: MessageValue;
  };
  'recorded.refusal.missing': {
    readonly field: MessageValue;
  };
  'recorded.refusal.string': {
    readonly field: MessageValue;
  };
  'recorded.refusal.signature': {
    readonly field: MessageValue;
  };
  'recorded.refusal.tooLong': {
    readonly count: MessageValue;
    readonly field: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.refusal.tooMany': {
    readonly count: MessageValue;
    readonly field: MessageValue;
    readonly total: MessageValue;
  };
  'recorded.refusal.integer': {
    readonly field: MessageValue;
  };
  'recorded.refusal.round': {
    readonly field: MessageValue;
  };
  'recorded.refusal.list': {
    readonly field: MessageValue;
    readonly what: MessageValue;
  };
  'recorded.refusal.time': {
    readonly field: MessageValue;
  };
  'recorded.refusal.oneOf': {
    readonly field: MessageValue;
    readonly values: MessageValue;
  };
  'recorded.refusal.object': {
    readonly fields: MessageValue;
  };
  'recorded.refusal.unreadable': {
    readonly encoding: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.refusal.unhandled': {
    readonly why: MessageValue;
  };
  'recorded.refusal.noGate': {
    readonly gate: MessageValue;
  };
  'recorded.refusal.notOpen': {
    readonly gate: MessageValue;
    readonly state: MessageValue;
  };
  'recorded.refusal.openGates': {
    readonly gates: MessageValue;
  };
  'recorded.refusal.noneOpen': null;
  'recorded.refusal.stale': {
    readonly gate: MessageValue;
    readonly old: MessageValue;
    readonly round: MessageValue;
  };
  'recorded.refusal.otherPlan': {
    readonly digest: MessageValue;
    readonly gate: MessageValue;
    readonly typed: MessageValue;
  };
  'recorded.refusal.stranger': {
    readonly approvers: MessageValue;
    readonly by: MessageValue;
  };
  'recorded.refusal.twice': {
    readonly by: MessageValue;
    readonly count: MessageValue;
  };
  'recorded.refusal.sameKey': {
    readonly by: MessageValue;
    readonly count: MessageValue;
    readonly key: MessageValue;
  };
  'recorded.refusal.starter': {
    readonly by: MessageValue;
  };
  'recorded.refusal.waive': {
    readonly again: MessageValue;
    readonly names: MessageValue;
  };
  'recorded.refusal.day': null;
  'recorded.refusal.past': {
    readonly day: MessageValue;
  };
  'recorded.refusal.beforeWipe': {
    readonly day: MessageValue;
    readonly from: MessageValue;
  };
  'recorded.refusal.aborted': {
    readonly by: MessageValue;
    readonly reason: MessageValue;
  };
  'recorded.refusal.verdictUnsigned': null;
  'recorded.refusal.reportUnsigned': null;
  'recorded.refusal.cliSigns': {
    readonly command: MessageValue;
  };
  'recorded.refusal.signatureUnchecked': {
    readonly why: MessageValue;
  };
  'recorded.refusal.paused': {
    readonly by: MessageValue;
  };
  'recorded.refusal.notPaused': null;
  'recorded.refusal.noAccount': {
    readonly user: MessageValue;
  };
  'recorded.refusal.notExempt': {
    readonly user: MessageValue;
  };
  'recorded.refusal.exemptEverywhere': null;
  'recorded.refusal.noSkip': {
    readonly step: MessageValue;
  };
  'recorded.refusal.gateRejected': {
    readonly gate: MessageValue;
  };
  'recorded.refusal.gateNoSkip': {
    readonly gate: MessageValue;
  };
  'recorded.refusal.byHandFirst': {
    readonly gate: MessageValue;
  };
  'recorded.refusal.notWaiting': {
    readonly step: MessageValue;
  };
  'recorded.refusal.waiting': {
    readonly names: MessageValue;
  };
  'recorded.refusal.childEnded': {
    readonly child: MessageValue;
  };
  'recorded.refusal.deadlineFixed': null;
  'recorded.refusal.applicationsFixed': {
    readonly at: MessageValue;
  };
  'recorded.refusal.applicationsOver': null;
  'recorded.refusal.noUsers': null;
  'recorded.refusal.manyUsers': {
    readonly count: MessageValue;
  };
  'recorded.refusal.repeatedUser': null;
  'recorded.refusal.noReason': null;
  'recorded.refusal.badTime': {
    readonly example: MessageValue;
  };
  'recorded.refusal.future': {
    readonly at: MessageValue;
  };
  'recorded.screen.stuck': {
    readonly run: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.screen.stuckSince': {
    readonly count: MessageValue;
    readonly run: MessageValue;
    readonly since: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.screen.noWorker': {
    readonly command: MessageValue;
    readonly since: MessageValue;
  };
  'recorded.screen.atLeast': null;
  'recorded.screen.sinceThen': {
    readonly at: MessageValue;
  };
  'recorded.screen.notAccepted': {
    readonly why: MessageValue;
  };
  'recorded.screen.nothingDecided': {
    readonly why: MessageValue;
  };
  'recorded.screen.sentence': {
    readonly why: MessageValue;
  };
  'recorded.screen.wasAborted': {
    readonly by: MessageValue;
    readonly reason: MessageValue;
    readonly run: MessageValue;
  };
  'recorded.screen.hasEnded': {
    readonly run: MessageValue;
  };
  'recorded.screen.byHand': {
    readonly command: MessageValue;
    readonly gate: MessageValue;
  };
  'recorded.screen.notOpen': {
    readonly gate: MessageValue;
    readonly state: MessageValue;
  };
  'recorded.screen.waivesNobody': {
    readonly names: MessageValue;
  };
  'recorded.screen.waivesOthers': {
    readonly names: MessageValue;
    readonly others: MessageValue;
  };
  'recorded.screen.noMessages': {
    readonly run: MessageValue;
  };
  'recorded.screen.noWorkflow': {
    readonly run: MessageValue;
  };
  'recorded.layout.wrong': {
    readonly host: MessageValue;
  };
  'recorded.layout.fstab': {
    readonly toplevel: MessageValue;
  };
  'recorded.layout.unmountable': {
    readonly again: MessageValue;
    readonly toplevel: MessageValue;
  };
  'recorded.layout.noSubvolume': {
    readonly path: MessageValue;
  };
  'recorded.layout.notRoot': null;
  'recorded.layout.default': {
    readonly path: MessageValue;
  };
  'recorded.layout.noSnapshots': {
    readonly again: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.layout.writable': null;
  'recorded.layout.homeUnmounted': {
    readonly home: MessageValue;
  };
  'recorded.layout.noFolder': {
    readonly path: MessageValue;
  };
  'recorded.layout.link': {
    readonly path: MessageValue;
    readonly real: MessageValue;
  };
  'recorded.layout.account': {
    readonly account: MessageValue;
  };
  'recorded.layout.nss': {
    readonly home: MessageValue;
  };
  'recorded.layout.sudoers': {
    readonly script: MessageValue;
  };
  'recorded.layout.sudoersGroup': {
    readonly group: MessageValue;
  };
  'recorded.layout.sudoersInvalid': null;
  'recorded.layout.script': {
    readonly script: MessageValue;
  };
  'recorded.layout.tool': {
    readonly tool: MessageValue;
  };
  'recorded.layout.storageSubvolume': {
    readonly path: MessageValue;
  };
  'recorded.layout.storageBackups': {
    readonly again: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.layout.storageHome': {
    readonly home: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.layout.storageOther': {
    readonly again: MessageValue;
    readonly home: MessageValue;
    readonly path: MessageValue;
  };
  'recorded.layout.storageAdministrators': {
    readonly path: MessageValue;
  };
  'recorded.failure.silentHost': {
    readonly address: MessageValue;
    readonly host: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.failure.login': {
    readonly address: MessageValue;
    readonly host: MessageValue;
    readonly user: MessageValue;
  };
  'recorded.failure.noKey': {
    readonly address: MessageValue;
    readonly again: MessageValue;
    readonly file: MessageValue;
    readonly host: MessageValue;
  };
  'recorded.failure.otherKey': {
    readonly address: MessageValue;
    readonly again: MessageValue;
    readonly file: MessageValue;
    readonly host: MessageValue;
    readonly key: MessageValue;
  };
  'recorded.failure.deadline': {
    readonly count: MessageValue;
    readonly host: MessageValue;
    readonly script: MessageValue;
  };
  'recorded.failure.lost': {
    readonly host: MessageValue;
    readonly script: MessageValue;
  };
  'recorded.failure.notStarted': {
    readonly host: MessageValue;
    readonly script: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.failure.exit': {
    readonly count: MessageValue;
    readonly host: MessageValue;
    readonly script: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.failure.idPassword': null;
  'recorded.failure.idGroup': {
    readonly group: MessageValue;
    readonly place: MessageValue;
  };
  'recorded.failure.idOwner': {
    readonly again: MessageValue;
    readonly group: MessageValue;
    readonly place: MessageValue;
    readonly user: MessageValue;
  };
  'recorded.failure.silent': {
    readonly place: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.failure.gitDenied': {
    readonly place: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.failure.git': {
    readonly place: MessageValue;
    readonly why: MessageValue;
  };
  'recorded.failure.branch': {
    readonly branch: MessageValue;
  };
  'recorded.report.exported': {
    readonly digest: MessageValue;
    readonly file: MessageValue;
  };
  'recorded.report.check': {
    readonly command: MessageValue;
  };
  'recorded.report.notExported': {
    readonly why: MessageValue;
  };
  'recorded.report.approved': {
    readonly gate: MessageValue;
    readonly names: MessageValue;
    readonly round: MessageValue;
  };
  'recorded.report.claim': null;
  'recorded.report.done': null;
  'recorded.report.skipped': null;
  'recorded.report.skippedWhy': {
    readonly reason: MessageValue;
  };
  'recorded.report.byHand': null;
  'recorded.report.failed': null;
  'recorded.report.failedWhy': {
    readonly reason: MessageValue;
  };
  'recorded.report.attention': null;
  'recorded.report.attentionWhy': {
    readonly reason: MessageValue;
  };
  'recorded.report.cancelled': null;
  'recorded.report.loginsClosed': {
    readonly host: MessageValue;
  };
  'recorded.report.openLogins': {
    readonly command: MessageValue;
  };
  'recorded.report.homesWiped': null;
  'recorded.report.notOpened': null;
}

export type MessageKey = keyof MessageVariables;
