namespace Mimir.Spdz.Tests.Simulation;

/// <summary>What a round of a mesh is for.</summary>
internal enum RoundKind
{
    Opening,
    FirstCommitment,
    Coin,
    CheckCommitment,
    CheckReveal,
    Stop,
}

/// <summary>The rounds of an honest session, by phase, recorded from one party's messages; the course of a session does not depend on data.</summary>
internal sealed class RoundLog
{
    private int _silentRuns;
    private readonly Dictionary<string, List<int>> _lengths = new() { ["load"] = [], ["online"] = [], ["offline"] = [] };

    /// <summary>Every round of <paramref name="phase"/> with its kind and message length.</summary>
    public IReadOnlyList<(int Round, RoundKind Kind, int Bytes)> Rounds(string phase)
    {
        var lengths = _lengths[phase];
        var kinds = lengths.Select(l => l == 1 ? RoundKind.Stop : RoundKind.Opening).ToArray();
        var first = phase == "load" ? lengths.Count - 4 : 0;
        if (lengths.Count > 1) (kinds[first], kinds[first + 1]) = (RoundKind.FirstCommitment, RoundKind.Coin);
        for (var i = 2; i < lengths.Count; i++)
            if (lengths[i] == 72 && lengths[i - 1] == 64 && lengths[i - 2] == 64)
                (kinds[i - 2], kinds[i - 1], kinds[i]) = (RoundKind.Coin, RoundKind.CheckCommitment, RoundKind.CheckReveal);
        return [.. lengths.Select((l, i) => (i, kinds[i], l))];
    }

    /// <summary>
    /// Outputs that have been released before online round <paramref name="round"/>: the question whether to stop comes before each run of
    /// positions, and every run has one but those that end before the last certain position of the prompt.
    /// </summary>
    public int ReleasedBefore(int round) => Math.Max(0, Rounds("online").Count(r => r.Round < round && r.Kind == RoundKind.Stop) - 1 - _silentRuns);

    /// <summary>Runs a session honestly, through the same wrapper that cheaters use.</summary>
    public static async Task<RoundLog> RecordAsync(LocalGroup honest)
    {
        var log = new RoundLog { _silentRuns = honest.Plan.FirstLogits / honest.Plan.PrefillChunk };
        var recorded = new LocalGroup
        {
            Model = honest.Model,
            Plan = honest.Plan,
            Parties = honest.Parties,
            Clients = honest.Clients,
            WrapMesh = (mesh, phase) => mesh.Index > 0 ? mesh : new TamperingMesh(mesh, phase, message =>
            {
                if (message.To < 0) log._lengths[phase].Add(message.Bytes.Length);
                return message.Bytes;
            }),
        };
        await recorded.RunAsync(TestContext.Current.CancellationToken);
        return log;
    }
}
