// What serverless.yml takes in for the dashboard when the parameter `dashboard` turns it on.
import { bucketOf } from './dashboard/bucket.js';
import { distributionOf } from './dashboard/distribution.js';
import { dashboardSettingsOf } from './dashboard/settings.js';

/** Of `resources`; none where the dashboard is off. */
export const resources = async (serverless) => {
  const settings = await dashboardSettingsOf(serverless);
  if (settings === undefined) return {};
  return {
    Resources: { ...bucketOf(), ...distributionOf(settings) },
    Outputs: {
      DashboardUrl: { Description: 'The dashboard', Value: urlOf(settings) },
      DashboardBucketName: {
        Description: 'Where the files of the dashboard go',
        Value: { Ref: 'DashboardBucket' },
      },
      DashboardDistributionId: {
        Description: 'What serves them, and the API below /api',
        Value: { Ref: 'DashboardDistribution' },
      },
      DashboardConfig: {
        Description: 'The file config.json of the dashboard',
        Value: JSON.stringify({ api: '/api', signIn: settings.signIn }),
      },
      ...(settings.domain !== undefined && {
        DashboardDomainTarget: { Description: `What ${settings.domain} has to be a CNAME of`, Value: HOST },
      }),
    },
  };
};

/** The address of the dashboard, a value of CloudFormation; undefined where it is off. */
export const dashboardUrlOf = async (serverless) => {
  const settings = await dashboardSettingsOf(serverless);
  return settings && urlOf(settings);
};

const HOST = { 'Fn::GetAtt': ['DashboardDistribution', 'DomainName'] };
const urlOf = ({ domain }) =>
  domain === undefined ? { 'Fn::Join': ['', ['https://', HOST]] } : `https://${domain}`;
