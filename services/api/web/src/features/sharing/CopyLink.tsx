import { Button, CopyButton } from "@mantine/core";
import { CheckIcon, ClipboardCopyIcon } from "@radix-ui/react-icons";

/** Puts an address into the clipboard, and says that it did. */
export function CopyLink({ address, label }: { address: string; label: string }) {
  return (
    <CopyButton value={address} timeout={3_000}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          onClick={copy}
          aria-label={copied ? "Copied" : label}
          leftSection={copied ? <CheckIcon aria-hidden /> : <ClipboardCopyIcon aria-hidden />}
        >
          {copied ? "Copied" : "Copy"}
        </Button>
      )}
    </CopyButton>
  );
}
