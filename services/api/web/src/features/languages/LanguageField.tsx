import { Select } from "@mantine/core";

import { languageName } from "../../parts/languages";

interface Props {
  /** What the report type speaks. */
  languages: readonly string[];
  value: string;
  onChange: (language: string) => void;
  error?: string | undefined;
  className?: string | undefined;
}

/** The language of a report; nothing to choose where its type speaks one alone. */
export function LanguageField({ languages, value, onChange, error, className }: Props) {
  if (languages.length < 2) return null;
  return (
    <Select
      label="Language"
      description="Of all that the report says; data files are the same in each."
      data={languages.map((tag) => ({ value: tag, label: languageName(tag) }))}
      value={value}
      onChange={(language) => language && onChange(language)}
      allowDeselect={false}
      error={error}
      className={className}
    />
  );
}
