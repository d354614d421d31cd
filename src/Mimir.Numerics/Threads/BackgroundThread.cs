using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Mimir.Numerics.Threads;

/// <summary>
/// One thread of lower priority (nice 10, where the system has that for threads), for work that is ahead of need: it takes what processors the steps, which everybody waits
/// for, leave. As a scheduler it also runs what follows an await there.
/// </summary>
public sealed partial class BackgroundThread : TaskScheduler, IDisposable
{
    private const int Nice = 10;
    private readonly BlockingCollection<Task> _queue = [];
    private readonly Thread _thread;

    /// <summary>Starts it.</summary>
    public BackgroundThread(string name)
    {
        _thread = new Thread(Work) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs <paramref name="work"/> there.</summary>
    public Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation) => Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, this);

    /// <summary>Runs <paramref name="work"/> there, and what follows its awaits.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Ends it when what was queued is done.</summary>
    public void Dispose() => _queue.CompleteAdding();

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => _queue.Add(task);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => !taskWasPreviouslyQueued && Thread.CurrentThread == _thread && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => _queue;

    private void Work()
    {
        // Of the calling thread, which is what Linux understands by process 0. Refused or unknown: it runs at the usual priority.
        if (OperatingSystem.IsLinux()) _ = SetPriority(0, 0, Nice);
        foreach (var task in _queue.GetConsumingEnumerable()) TryExecuteTask(task);
        _queue.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, uint who, int priority);
}
