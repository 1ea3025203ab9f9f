const VIEWER = `# Welcome to the Airdate API.
# 1. Paste your access token above.
# 2. Run this query: Ctrl-Enter.
# The book icon opens the reference.
query Viewer {
  viewer {
    id
    name
    email
  }
}
`;

const LIVE = `# Every change of your productions,
# the moment it happens.
subscription Live {
  productionsStatusChanged {
    occurredAt
    previousStatus
    status
    progressPercent
    production {
      id
      title
    }
  }
}
`;

export const WELCOME_TABS = [{ query: VIEWER }, { query: LIVE }];
