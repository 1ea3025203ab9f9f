const VIEWER = `# Welcome to the Airdate API. Run with Ctrl-Enter; the book icon opens the reference.
# Paste your access token above to see your own uploads and productions.
query Viewer {
  viewer {
    id
    name
    email
  }
}
`;

const LIVE = `# Every change of your productions, the moment it happens.
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
