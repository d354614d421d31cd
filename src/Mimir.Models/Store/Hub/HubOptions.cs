namespace Mimir.Models.Store.Hub;

/// <summary>Where models are fetched from, and how patiently.</summary>
public sealed record HubOptions
{
    /// <summary>Hugging Face.</summary>
    public static readonly Uri HuggingFace = new("https://huggingface.co/");

    /// <summary>The endpoint: https, or http on loopback.</summary>
    public Uri Endpoint { get; init; } = HuggingFace;

    /// <summary>A token that may read the model, or null. It is sent to the endpoint itself and to nobody else.</summary>
    public string? Token { get; init; }

    /// <summary>Attempts in a row that may fail without a byte that is new.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Silence after which a connection counts as lost.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Waits between attempts.</summary>
    public Func<TimeSpan, CancellationToken, Task> Wait { get; init; } = Task.Delay;
}
