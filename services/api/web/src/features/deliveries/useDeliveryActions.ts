import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { answered, api } from "../../api/client";
import { inWords } from "../../api/problems";

/** Sending a delivery again, and saying what became of an uncertain one. */
export function useDeliveryActions(id: string) {
  const client = useQueryClient();
  const path = { params: { path: { delivery_id: id } } };
  const lookAgain = () => {
    void client.invalidateQueries({ queryKey: ["deliveries"] });
    void client.invalidateQueries({ queryKey: ["run"] });
  };
  const onError = (error: unknown) =>
    notifications.show({ color: "warning", title: "That did not work", message: inWords(error) });

  const resend = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/deliveries/{delivery_id}/resend", path)),
    onSuccess: () => {
      lookAgain();
      notifications.show({ message: "It is being sent" });
    },
    onError,
  });
  const resolve = useMutation({
    mutationFn: (outcome: "arrived" | "did_not_arrive") =>
      answered(
        api.POST("/api/v1/deliveries/{delivery_id}/resolve", { ...path, body: { outcome } }),
      ),
    onSuccess: lookAgain,
    onError,
  });
  return { resend, resolve };
}

/** Whether somebody may have it sent now: it is not on its way. */
export function canBeSentNow(status: string): boolean {
  return !["pending", "sending"].includes(status);
}
