using Mimir.Spdz.Opening;
using Mimir.Spdz.Programs;
using Mimir.Spdz.Sessions;

namespace Mimir.Spdz.Diagnostics;

/// <summary>The single client of an in-process session: owner and receiver at once.</summary>
internal sealed class LoopbackClient(
    SessionPlan plan, int vocabulary, int parties, bool active, int[] prompt, Action<int, double[]> onToken) : IDealerPort
{
    private readonly TaskCompletionSource<ClientSession> _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MaskedInputs> _inputs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<MaskProof> _proofs = [];
    private readonly Dictionary<int, List<double>> _copies = [];
    private readonly Queue<double[]> _logits = new();
    private readonly Lock _lock = new();

    /// <summary>Logits of the next sampled token.</summary>
    public void Logits(double[] logits)
    {
        lock (_lock) _logits.Enqueue(logits);
    }

    public ValueTask SendMasksAsync(string client, double[] masks, byte[][] logitsKeys, CancellationToken cancellation)
    {
        var session = new ClientSession(plan, client, parties, active, (double[])masks.Clone(), logitsKeys, vocabulary);
        _session.SetResult(session);
        if (!active) _inputs.SetResult(new MaskedInputs(0, session.MaskInputs(0, prompt)));
        return ValueTask.CompletedTask;
    }

    public IPartyPort Port(int party) => new PartyPort(this);

    private async ValueTask ProofAsync(MaskProof proof)
    {
        var session = await _session.Task;
        lock (_lock)
        {
            _proofs.Add(proof);
            if (_proofs.Count < parties) return;
            session.Verify(_proofs);
            _inputs.SetResult(new MaskedInputs(0, session.MaskInputs(0, prompt)));
        }
    }

    private async ValueTask OutputAsync(int number, double value)
    {
        var session = await _session.Task;
        lock (_lock)
        {
            if (!_copies.TryGetValue(number, out var copies)) _copies[number] = copies = [];
            copies.Add(value);
            if (copies.Count == parties && session.Unmask(number, copies, vocabulary) is { } token) onToken(token, _logits.Dequeue());
        }
    }

    private sealed class PartyPort(LoopbackClient client) : IPartyPort
    {
        public bool StopRequested => false;

        public Task ClientsReadyAsync(CancellationToken cancellation) => client._session.Task.WaitAsync(cancellation);

        public ValueTask SendProofAsync(string name, Verified<MaskProof> proof, CancellationToken cancellation) => client.ProofAsync(proof.Value);

        public Task<MaskedInputs> ReceiveInputsAsync(int segment, CancellationToken cancellation) => client._inputs.Task.WaitAsync(cancellation);

        public ValueTask ReleaseAsync(string receiver, int number, Verified<double[]> masked, CancellationToken cancellation) =>
            client.OutputAsync(number, masked.Value[0]);
    }
}
