using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Mimir.Spdz.Blocks;
using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Shares;
using Mimir.Spdz.Timing;

namespace Mimir.Spdz.Sessions;

/// <summary>
/// A session's positions in order: a chunk of the prompt or one position at a time, each run after all parties have said that they are
/// ready for it, and followed by one check of everything that it opened. Only then its outputs are released.
/// </summary>
internal sealed class PartySteps(
    SessionPlan plan, Party party, Opener opener, PartyClients clients, BlockSource source, PartyCache cache, IReadOnlyList<StepLane> lanes,
    SessionStatistics statistics) : IDisposable
{
    private readonly Stopwatch _clock = new();
    private readonly List<ILaneWork> _run = [];
    private readonly Share _kept = party.Persist(party.Rent(1));
    private Share _token;
    private int _position;

    /// <summary>Runs all blocks, or until a client asks to stop.</summary>
    public async Task RunAsync(ChannelReader<ReadySteps> ready, IStage stage, CancellationToken cancellation)
    {
        _token = clients.Input(plan.FirstRow);
        _clock.Restart();
        await foreach (var steps in ready.ReadAllAsync(cancellation))
        {
            var block = steps.Block;
            foreach (var (first, count) in Schedule.Runs(block.Shape, steps.Group, plan, lanes.Count))
            {
                cancellation.ThrowIfCancellationRequested();
                var row = block.Shape.Steps[first].Row;
                if (plan.OwnerContinues && row > plan.FirstLogits) await ContinueAsync(row, cancellation);
                else _position = row;
                // Whoever has answered may be counted on: from here on the session cannot be left alone.
                if (await opener.AnyAsync(clients.StopRequested || _position >= plan.Steps, stage.Lifetime)) return;
                statistics.Wait(_clock.Elapsed);
                _clock.Restart();
                statistics.Clock.Enter(StepPart.Beginning);
                await RunAsync(block, first, count, stage);
                statistics.Update(opener, lanes, source, count, block.Shape.Steps[first + count - 1].Logits, _clock.Elapsed);
                _clock.Restart();
            }
            if (steps.Last) source.Release(block);
        }
    }

    /// <summary>Zeroes the last token.</summary>
    public void Dispose() => _kept.Clear();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunAsync(PartyBlock block, int first, int count, IStage stage)
    {
        _run.Clear();
        for (var i = 0; i < count; i++)
        {
            // Positions of a chunk are all prompt for certain: their tokens are inputs, as are guesses.
            var token = i == 0 && !plan.OwnerContinues ? _token : clients.Input(block.Shape.Steps[first + i].Row);
            var position = Math.Min(_position + i, plan.Steps - 1);
            cache.Place(block.Shape.Steps[first + i].Row, position);
            lanes[i].Prepare(block, first + i, position, token, stage.Lifetime);
            _run.Add(lanes[i]);
        }
        await stage.RunAsync(_run);
        statistics.Clock.Enter(StepPart.Check);
        for (var i = 0; i < count; i++) opener.TakeOver(lanes[i].Opener);
        await ReleaseAsync(count, stage.Lifetime);
        for (var i = 0; i < count; i++) source.Release(block, first + i);
        Keep(lanes[count - 1].Token);
        if (lanes.Count > 1 && block.Shape.Steps[first + count - 1].Row == plan.FirstLogits) party.Workspace.Return();
        else party.Workspace.Reset();
    }

    /// <summary>
    /// The owner's tokens for the run that begins at <paramref name="row"/>: it follows the last right one of the run before, whose wrong guesses' rows are
    /// dropped.
    /// </summary>
    private async ValueTask ContinueAsync(int row, CancellationToken cancellation)
    {
        var guesses = row == plan.FirstLogits + 1 ? 0 : plan.Speculate;
        var accepted = await clients.ContinueAsync(row, guesses, cancellation);
        for (var wrong = row - guesses + accepted; wrong < row; wrong++) cache.Drop(wrong);
        if (row == plan.FirstLogits + 1) _position = plan.FirstLogits;
        _position += accepted + 1;
        statistics.Accept(accepted);
    }

    /// <summary>The next position's token outlives the workspace.</summary>
    private void Keep(Share token)
    {
        token.Value.CopyTo(_kept.Value);
        token.Mac.CopyTo(_kept.Mac);
        _token = _kept;
    }

    /// <summary>One check of all that the run opened; what passed it goes out.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReleaseAsync(int count, CancellationToken cancellation)
    {
        var outputs = false;
        for (var i = 0; i < count; i++) outputs |= lanes[i].Output is not null;
        if (!outputs)
        {
            await opener.CheckAsync(cancellation);
            return;
        }
        var masked = new double[count][];
        for (var i = 0; i < count; i++) masked[i] = lanes[i].Output is { } output ? output.Masked.Values.ToArray() : [];
        var verified = await opener.CheckAsync(masked, cancellation);
        for (var i = 0; i < count; i++)
            if (lanes[i].Output is { } output) await clients.ReleaseAsync(output.Number, verified.Select(m => m[i]), cancellation);
    }
}
