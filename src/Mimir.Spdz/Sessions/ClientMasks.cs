using Mimir.Numerics;
using Mimir.Spdz.Programs;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// Who gets which masks, in which order: one to burn, then one per input the client provides, then one per output it receives; logits have
/// masks of their own (<see cref="LogitsMasks"/>).
/// </summary>
public static class ClientMasks
{
    private const ulong CombinationStream = 8;

    /// <summary>All clients of a session, each once, in ordinal order.</summary>
    public static IReadOnlyList<string> Clients(SessionPlan plan) =>
        [.. plan.Segments.Select(s => s.Owner).Concat(plan.Receivers).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Input numbers that <paramref name="client"/> provides, in order.</summary>
    public static IReadOnlyList<int> Inputs(SessionPlan plan, string client) =>
        [.. Enumerable.Range(0, plan.InputSegments).Where(s => s >= plan.Segments.Count || plan.Segments[s].Owner == client).SelectMany(plan.InputsOf)];

    /// <summary>Number of masks of <paramref name="client"/>.</summary>
    public static int Count(SessionPlan plan, string client) =>
        1 + Inputs(plan, client).Count + (plan.Receivers.Contains(client) && !plan.LogitsToOwner ? plan.Outputs : 0);

    /// <summary>Elements of the client section of the tape for the last party, at most.</summary>
    internal static long Corrections(SessionPlan plan) => Clients(plan).Sum(c => (long)Count(plan, c)) + (plan.LogitsToOwner ? LogitsMasks.Spare : 0);

    /// <summary>Coefficients 1, χ_1, χ_2, … of the test.</summary>
    internal static double[] Coefficients(byte[] coin, int count)
    {
        var chi = new double[count];
        using var prg = new Prg(coin, CombinationStream);
        prg.Fill(0, chi);
        chi[0] = 1;
        return chi;
    }
}
