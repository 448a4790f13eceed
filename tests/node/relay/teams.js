// What a Relay application says of the schema: a connection, a fragment that is fetched again by its node, and a mutation.
import { graphql } from 'relay-runtime';

export const page = graphql`
  query teamsPageQuery($status: [GraduationStatus!]) {
    portfolio {
      ...teamsList_portfolio @arguments(status: $status)
    }
    viewer: awaiting {
      edges {
        node {
          what
          node {
            id
          }
        }
      }
    }
  }
`;

export const list = graphql`
  fragment teamsList_portfolio on Portfolio
  @argumentDefinitions(status: { type: "[GraduationStatus!]" }, first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    teams(first: $first, after: $after, filter: { status: $status }, orderBy: { by: NAME }) @connection(key: "teamsList_teams") {
      edges {
        node {
          id
          ...teamsRow_team
        }
      }
    }
  }
`;

export const row = graphql`
  fragment teamsRow_team on Team @refetchable(queryName: "teamsRowRefetchQuery") {
    id
    name
    home {
      name
    }
  }
`;

export const backlog = graphql`
  fragment teamsBacklog_product on Product
  @refetchable(queryName: "teamsBacklogQuery")
  @argumentDefinitions(first: { type: "Int", defaultValue: 20 }, after: { type: "String" }) {
    roadmap {
      items(first: $first, after: $after) @connection(key: "teamsBacklog_items") {
        edges {
          node {
            id
            title
          }
        }
      }
    }
  }
`;

export const form = graphql`
  mutation teamsFormMutation($input: FormTeamInput!) {
    formTeam(input: $input) {
      position
      node {
        ...teamsRow_team @alias(as: "team")
      }
    }
  }
`;
