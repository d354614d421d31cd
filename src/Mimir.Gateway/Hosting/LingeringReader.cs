using System.IO.Pipelines;

namespace Mimir.Gateway.Hosting;

/// <summary>What <paramref name="inner"/> reads; that nothing more will come is told only when the other side is <paramref name="gone"/>.</summary>
internal sealed class LingeringReader(PipeReader inner, CancellationToken gone) : PipeReader
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _waiting;
    private ReadResult _last;
    private long _left;

    /// <inheritdoc/>
    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var result = _last = await inner.ReadAsync(cancellationToken);
        if (!IsSilence(result)) return Open(result);
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _waiting = canceled;
        using (gone.Register(() => canceled.TrySetResult())) await canceled.Task.WaitAsync(cancellationToken);
        lock (_lock) _waiting = null;
        return gone.IsCancellationRequested ? result : new ReadResult(result.Buffer, isCanceled: true, isCompleted: false);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result)) return false;
        _last = result;
        if (IsSilence(result))
        {
            inner.AdvanceTo(result.Buffer.Start);
            return false;
        }
        result = Open(result);
        return true;
    }

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        _left = _last.Buffer.Slice(examined).Length == 0 ? _last.Buffer.Slice(consumed).Length : -1;
        inner.AdvanceTo(consumed, examined);
    }

    /// <inheritdoc/>
    public override void CancelPendingRead()
    {
        lock (_lock)
            if (_waiting is { } waiting) waiting.TrySetResult();
            else inner.CancelPendingRead();
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <summary>The end has come, and before it nothing that the reader has not examined.</summary>
    private bool IsSilence(ReadResult result) => result is { IsCompleted: true, IsCanceled: false } && !gone.IsCancellationRequested && result.Buffer.Length == _left;

    private ReadResult Open(ReadResult result) => gone.IsCancellationRequested ? result : new ReadResult(result.Buffer, result.IsCanceled, isCompleted: false);
}
