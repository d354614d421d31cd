using Mimir.Models.Transformers;
using Mimir.Numerics;
using Mimir.Spdz.Channels;
using Mimir.Spdz.Gadgets;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;

namespace Mimir.Spdz.Diagnostics;

/// <summary>
/// A diagnostic: runs all parties and the dealer in this one process, on the caller's own model and prompt, and opens the logits, which a
/// real session never does. The protocol code is the production code; what it shows is its fixed-point error.
/// </summary>
public sealed class SecureLogits(IWeightSource model, SessionPlan plan, int parties, bool active)
{
    /// <summary>Generates, calling <paramref name="onToken"/> with each token and the logits it was sampled from.</summary>
    public async Task RunAsync(int[] prompt, Action<int, double[]> onToken, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(prompt.Length, plan.PromptPositions);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var tapes = Enumerable.Range(0, parties).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var owners = Enumerable.Range(0, parties).Select(_ => DuplexMemoryStream.Pair()).ToArray();
        var meshes = Enumerable.Range(0, 3).Select(_ => MemoryMesh.Create(parties)).ToArray();
        var client = new LoopbackClient(plan, model.Layout.VocabularySize, parties, active, prompt, onToken);
        var roles = Enumerable.Range(0, parties)
            .Select(i => Task.Run(() => PartyAsync(i, meshes, tapes[i].B, owners[i].B, client, source.Token), CancellationToken.None))
            .Append(Task.Run(() => DealAsync(tapes, owners, client, source.Token), CancellationToken.None))
            .ToList();
        Exception? first = null;
        while (roles.Count > 0)
        {
            var done = await Task.WhenAny(roles);
            roles.Remove(done);
            if (done.IsCompletedSuccessfully) continue;
            if (first is null or OperationCanceledException) first = done.Exception?.InnerException ?? first;
            await source.CancelAsync();
        }
        cancellation.ThrowIfCancellationRequested();
        if (first is not null) throw first;
    }

    private async Task DealAsync((Stream A, Stream B)[] tapes, (Stream A, Stream B)[] owners, LoopbackClient client, CancellationToken cancellation)
    {
        var sender = new TapeSender([.. tapes.Select(t => t.A)]);
        var (dealer, keys) = await DealerModel.DealAsync(model.Layout, active, sender, cancellation);
        using (dealer)
        {
            await MaskedWeights.SendAsync(model, keys, plan.FractionBits, [.. owners.Select(o => o.A)], null, cancellation);
            await new DealerSession(dealer, plan, sender, client).RunAsync(cancellation);
        }
    }

    private async Task PartyAsync(int index, IMesh[][] meshes, Stream tape, Stream owner, LoopbackClient client, CancellationToken cancellation)
    {
        var receiver = new TapeReceiver(tape);
        using var loaded = await PartyModel.LoadAsync(model.Layout, active, meshes[0][index], receiver, owner, cancellation);
        using var session = new PartySession(loaded, plan, meshes[1][index], meshes[2][index], receiver, client.Port(index), "diagnostic"u8)
        {
            LogitsProbe = (step, logits) => ProbeAsync(step, logits, index == 0 ? client : null),
        };
        await session.RunAsync(cancellation);
    }

    private async ValueTask ProbeAsync(PartyStep step, Share logits, LoopbackClient? client)
    {
        var opened = await step.Opener.OpenAsync(logits, step.Cancellation);
        if (client is null) return;
        var values = new double[opened.Length];
        FieldVector.Decode(opened.Values.Span, plan.FractionBits, values);
        // Greedy sessions do not cap: the order stays.
        if (model.Layout.LogitsCap is > 0 and var cap && plan.Temperature <= 0) values = Array.ConvertAll(values, logit => ScalarFunctions.Cap(logit, cap));
        client.Logits(values);
    }
}
