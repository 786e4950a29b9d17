import { proxySinks, type Sinks, type WorkflowInterceptors } from '@temporalio/workflow';

/** With this header, a workflow tells where in the code it makes each command. A replay that failed sets it; nothing else does. */
export const PLACES_HEADER = 'gpu-semester-places';

export interface PlaceSinks extends Sinks {
  readonly places: { made(what: string, stack: string): void };
}

/** The interceptors of one workflow that tell the places. */
export function placeInterceptors(): Required<Pick<WorkflowInterceptors, 'inbound' | 'outbound'>> {
  let tell: (what: string) => void = () => {};
  return {
    inbound: [
      {
        execute(input, next) {
          if (PLACES_HEADER in input.headers) {
            const { places } = proxySinks<PlaceSinks>();
            tell = (what) => places.made(what, new Error(what).stack ?? '');
          }
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity(input, next) {
          tell(`activity ${input.activityType}`);
          return next(input);
        },
        startTimer(input, next) {
          tell('a timer');
          return next(input);
        },
        startChildWorkflowExecution(input, next) {
          tell(`child ${input.workflowType}`);
          return next(input);
        },
        signalWorkflow(input, next) {
          tell(`signal ${input.signalName}`);
          return next(input);
        },
        continueAsNew(input, next) {
          tell('continue as new');
          return next(input);
        },
      },
    ],
  };
}
