import { useQuery } from "@tanstack/react-query";

import { reportTypesQuery } from "../../api/queries";

/** What a report type is called; its code in words until that is known. */
export function useReportTitle(): (type: string) => string {
  const { data } = useQuery(reportTypesQuery);
  return (type) =>
    data?.find((each) => each.name === type)?.title ??
    type.charAt(0).toUpperCase() + type.slice(1).replaceAll("_", " ");
}
