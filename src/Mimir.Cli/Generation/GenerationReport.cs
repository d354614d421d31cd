using System.Globalization;
using Mimir.Client;
using Mimir.Transport.Protos;

namespace Mimir.Cli.Generation;

/// <summary>The result of a run as `--json` prints it: exactly these keys, in snake case.</summary>
/// <param name="Text">The generated text.</param>
/// <param name="PromptIds">Tokens of the whole prompt.</param>
/// <param name="TokenIds">Generated tokens.</param>
/// <param name="TokensPerSecond">From the first to the last token.</param>
/// <param name="OnlineSeconds">In steps: the slowest party.</param>
/// <param name="OfflineSeconds">Waiting for randomness that was not ready: the slowest party.</param>
/// <param name="Rounds">Exchanges on the critical path.</param>
/// <param name="BytesSentPerParty">To other parties, offline work included: the most of any party.</param>
/// <param name="BytesDealt">By the Triple Service to all parties together.</param>
/// <param name="MacChecks">Passed by each party.</param>
/// <param name="Security">active or passive.</param>
/// <param name="Weights">secret or public.</param>
/// <param name="Parties">N.</param>
/// <param name="Leakage">What was revealed to whom.</param>
public sealed record GenerationReport(
    string Text, IReadOnlyList<int> PromptIds, IReadOnlyList<int> TokenIds, double TokensPerSecond, double OnlineSeconds, double OfflineSeconds,
    ulong Rounds, ulong BytesSentPerParty, ulong BytesDealt, ulong MacChecks, string Security, string Weights, int Parties,
    IReadOnlyList<string> Leakage)
{
    /// <summary>Puts the report together from what the roles measured.</summary>
    internal static GenerationReport Of(
        string text, IReadOnlyList<int> prompt, GenerationResult result, GenerationOptions options, IReadOnlyList<RoleMetrics> metrics)
    {
        var parties = metrics.Where(m => m.Peer.Role == PeerRole.Party).ToArray();
        return new GenerationReport(
            text, prompt, result.Tokens, Math.Round(result.TokensPerSecond, 2),
            Math.Round(parties.Max(p => p.OnlineSeconds), 3), Math.Round(parties.Max(p => p.OfflineSeconds), 3),
            parties.Max(p => p.Rounds), parties.Max(p => p.BytesSent),
            metrics.Where(m => m.Peer.Role == PeerRole.TripleService).Aggregate(0UL, (sum, m) => sum + m.BytesDealt), parties.Max(p => p.MacChecks),
            options.Active ? "active" : "passive", options.Weights.Public ? "public" : "secret", options.Parties, result.Leakage);
    }

    /// <summary>For people.</summary>
    internal void Print(TextWriter output, TimeSpan firstToken)
    {
        static string Bytes(ulong bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.##} MB");
        output.WriteLine();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{TokenIds.Count} tokens, {TokensPerSecond:0.##} tokens/s, first one after {firstToken.TotalSeconds:0.0} s; {Parties} parties, {Security} security, {Weights} weights"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"online {OnlineSeconds:0.00} s, waiting for randomness {OfflineSeconds:0.00} s, {Rounds} rounds"));
        output.WriteLine($"each party sent {Bytes(BytesSentPerParty)}; the Triple Service dealt {Bytes(BytesDealt)}; {MacChecks} checks passed");
        output.WriteLine("Revealed, and only this:");
        foreach (var fact in Leakage) output.WriteLine($"  {fact}");
    }
}
