using Microsoft.Extensions.AI;

namespace Mimir.Samples;

/// <summary>The answer as it comes, and how to stop it: breaking off the loop, or the token, cancels the secure session.</summary>
internal static class StreamingSample
{
    private const int Enough = 5;

    public static async Task RunAsync(IChatClient client, string question)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var pieces = 0;
        await foreach (var update in client.GetStreamingResponseAsync(question, new ChatOptions { MaxOutputTokens = 100, Temperature = 0 }, stop.Token))
        {
            Console.Write(update.Text);
            if (++pieces == Enough) break;
        }
        Console.WriteLine($"\n[stopped after {pieces} pieces]");
    }
}
