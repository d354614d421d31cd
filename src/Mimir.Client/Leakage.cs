using Mimir.Models.Folding;
using Mimir.Spdz.Programs;

namespace Mimir.Client;

/// <summary>What a session reveals to whom, in words: for the session's record and the user.</summary>
public static class Leakage
{
    /// <summary>What evidence says about its machines, or that there is none.</summary>
    public static string OfEvidence(bool demanded) => demanded
        ? "everyone in the session: the attestation evidence of parties and Triple Service, with what identifies their machines"
        : "not proven to anybody: which program the parties and the Triple Service run (no attestation policy is set)";

    /// <summary>One line per fact.</summary>
    /// <param name="plan">The session's plan.</param>
    /// <param name="stopBucket">The client asks to stop after a multiple of so many outputs once the text has ended; 0: never.</param>
    /// <param name="weights">How the model's weights are shared.</param>
    public static IReadOnlyList<string> Of(SessionPlan plan, int stopBucket, WeightTerms weights)
    {
        List<string> facts =
        [
            "everyone: the model's architecture and shapes, the members of the session, timing and message sizes",
            $"everyone: max_tokens ({plan.MaxTokens}), temperature ({plan.Temperature}) and the other public terms of the session",
        ];
        if (weights.Public) facts.Add("weights: public to all parties");
        if (weights is { Public: true, Adapter: not null }) facts.Add("everyone: rank and adapted layers of the adapter; its weights stay secret");
        if (plan.PublicTokens.Count > 0) facts.Add($"everyone: the first {plan.PublicTokens.Count} tokens of the prompt, which were called public, word for word");
        if (plan.ReusedRows > 0) facts.Add($"everyone: the prompt begins with the same {plan.ReusedRows} tokens as that of an earlier session of {plan.Segments[0].Owner}, which the terms name");
        if (plan.KeepPrefix) facts.Add($"parties and Triple Service: keep their parts of the first {plan.KeptRows} positions for later sessions of {plan.Segments[0].Owner}");
        for (var i = 0; i < plan.Segments.Count; i++)
        {
            var (owner, positions) = plan.Segments[i];
            var exact = i < plan.Segments.Count - 1 || plan.Uncertain == 0;
            facts.Add(exact
                ? $"everyone: the prompt segment of {owner} has exactly {positions} tokens"
                : $"everyone: the prompt segment of {owner} has {positions - plan.Uncertain} to {positions} tokens");
        }
        facts.Add($"receivers ({string.Join(", ", plan.Receivers)}): the generated tokens, and with them how long the prompt is");
        if (plan.LogitsToOwner) facts.Add($"{plan.Receivers[0]}: the logits before every generated token, not only the tokens; it samples itself");
        if (plan.Speculate > 0)
        {
            facts.Add($"everyone: how many of the {plan.Speculate} guesses of each step were right, so how predictable the text is");
            facts.Add($"{plan.Receivers[0]}: beside each token up to {plan.Speculate} more samples, each after a text of its own choosing");
        }
        if (stopBucket == 1) facts.Add("everyone: if the text ends early, at which position it did");
        if (stopBucket > 1) facts.Add($"everyone: if the text ends early, within which {stopBucket} positions it did");
        if (plan.TopK > 0) facts.Add($"everyone: top-k ({plan.TopK}); nobody: which tokens these are");
        if (plan.Epsilon > 0)
            facts.Add(FormattableString.Invariant($"receivers: differentially private tokens, epsilon {plan.Epsilon} each and {plan.SessionEpsilon:0.###} for the session's {plan.Outputs} outputs (docs/privacy.md)"));
        if (plan.NoiseSeed is not null) facts.Add("everyone: the sampling noise (a seed was given)");
        return facts;
    }
}
