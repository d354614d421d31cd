using Microsoft.Extensions.AI;

namespace Mimir.Samples;

/// <summary>One question, one answer. The client is an <see cref="IChatClient"/> like any other.</summary>
internal static class ChatSample
{
    public static async Task RunAsync(IChatClient client, string question)
    {
        var response = await client.GetResponseAsync(question, new ChatOptions { MaxOutputTokens = 12, Temperature = 0 });
        Console.WriteLine(response.Text);
        Console.WriteLine($"[{response.Usage!.InputTokenCount} tokens in, {response.Usage.OutputTokenCount} out, ended by {response.FinishReason}]");
    }
}
