using System.Diagnostics;
using Mimir.Numerics;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Masking;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Tape;
using Mimir.Spdz.Timing;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// The dealer's side of one session: client masks, then block after block, waiting for the parties' verdict on each group of steps before it deals the next.
/// Never receives a masked value or a share.
/// </summary>
public sealed class DealerSession(DealerModel model, SessionPlan plan, TapeSender sender, IDealerPort port)
{
    private readonly Numbers _numbers = new(model.Layout, plan.FractionBits, plan.ChebyshevDegree, sender.Count);

    /// <summary>The masks of the rows that the session begins with (<see cref="SessionPlan.ReusedRows"/>); zeroed at the end.</summary>
    public DealerCache? Prefix { get; init; }

    /// <summary>The masks of the rows to keep, once a session that keeps them has ended.</summary>
    public DealerCache? Kept { get; private set; }

    /// <summary>Bytes dealt in the clients' and steps' sections, to all parties together.</summary>
    public long BytesDealt { get; private set; }

    /// <summary>Steps dealt again because an audit burnt them.</summary>
    public long StepsAudited { get; private set; }

    /// <summary>Where the time of dealing the tables of sampling steps went; their products are in <see cref="Products"/>.</summary>
    public StepClock Clock { get; } = new();

    /// <summary>Time in algebraic sections: A·b of all steps, attention products, triples.</summary>
    public TimeSpan Products { get; private set; }

    /// <summary>Steps whose products were dealt.</summary>
    public int Steps { get; private set; }

    /// <summary>Deals the whole session. Ends early, without an error, when a party closes its stream: a session may stop before its last token.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        plan.Validate(model.Layout, sender.Count, plan.Steps);
        using var logits = await DealClientMasksAsync(cancellation);
        using var memory = new SessionMemory(model.Reserve);
        var cache = new DealerCache(model.Layout, plan.Rows);
        if (plan.ReusedRows > 0) (Prefix ?? throw new InvalidOperationException("the reused rows are missing")).CopyTo(cache, plan.ReusedRows);
        try
        {
            foreach (var shape in Schedule.Blocks(model.Layout, plan, _numbers, model.Active))
            {
                var began = Stopwatch.GetTimestamp();
                using var block = await DealerBlock.DealAsync(model, shape, cache, sender, memory, cancellation);
                Products += Stopwatch.GetElapsedTime(began);
                Steps += shape.Steps.Count;
                foreach (var group in Schedule.Groups(shape, plan)) await DealStepsAsync(block, group, logits, cancellation);
            }
        }
        catch (Exception e) when (e is IOException or PeerLostException && !cancellation.IsCancellationRequested)
        {
            // The parties have stopped; what they have not taken is never used.
        }
        finally
        {
            if (plan.KeepPrefix && plan.FirstRow + Steps >= plan.KeptRows) Kept = cache.Copy(plan.KeptRows);
            cache.Clear();
            Prefix?.Clear();
        }
        memory.EndedWell = true;
    }

    private async Task<LogitsMasks?> DealClientMasksAsync(CancellationToken cancellation)
    {
        var keys = plan.LogitsToOwner ? await sender.SendKeysOnlyAsync(TapeKind.Logits, cancellation) : [];
        var logits = plan.LogitsToOwner ? new LogitsMasks(keys, model.Layout.VocabularySize, plan.Outputs) : null;
        using var tape = await sender.BeginAsync(TapeKind.Clients, 0, 0, model.Active, model.Alpha, cancellation);
        foreach (var client in ClientMasks.Clients(plan))
        {
            var masks = new double[ClientMasks.Count(plan, client)];
            tape.Uniform(masks);
            if (logits is not null) DealSpare(logits, tape);
            await port.SendMasksAsync(client, masks, keys, cancellation);
            Array.Clear(masks);
        }
        foreach (var key in keys) Array.Clear(key);
        await sender.EndAsync(tape, cancellation);
        BytesDealt += tape.BytesDealt;
        return logits;
    }

    private void DealSpare(LogitsMasks logits, TapeWriter tape)
    {
        if (!model.Active) return;
        Span<double> spare = stackalloc double[LogitsMasks.Spare];
        logits.OfSpare(spare);
        FieldVector.Scale(spare, model.Alpha, spare);
        tape.Raw(spare);
    }

    private async Task DealStepsAsync(DealerBlock block, StepGroup group, LogitsMasks? logits, CancellationToken cancellation)
    {
        var pending = Enumerable.Range(group.First, group.Count).ToArray();
        while (pending.Length > 0)
        {
            foreach (var step in pending) await DealStepAsync(block, step, logits, cancellation);
            var verdict = await sender.ReadVerdictAsync(pending.Length, cancellation);
            pending = [.. pending.Where((_, i) => verdict[i] != 0)];
            StepsAudited += pending.Length;
        }
    }

    private async Task DealStepAsync(DealerBlock block, int step, LogitsMasks? logits, CancellationToken cancellation)
    {
        var shape = block.Shape.Steps[step];
        using var tape = await sender.BeginAsync(TapeKind.Step, block.Shape.Number, shape.Row, model.Active, model.Alpha, cancellation);
        Clock.Enter(StepPart.Beginning);
        var arithmetic = new DealerArithmetic(model.Layout, plan, _numbers, tape, new DealerStep(model, block, step, logits)) { Cached = shape.Cached };
        await new SessionProgram<int>(model.Layout, plan, new TimedArithmetic<int>(arithmetic, Clock)).StepAsync(shape.Row, 0, 1);
        await sender.EndAsync(tape, cancellation);
        Clock.EndStep(plan.HasLogits(shape.Row));
        BytesDealt += tape.BytesDealt;
    }
}
